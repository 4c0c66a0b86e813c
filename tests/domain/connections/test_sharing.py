"""One account for several catalogs: offered, accepted, and one tokens, lane and incident."""

from __future__ import annotations

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.disconnect import disconnect
from classbell.domain.connections.lost import account_lost
from classbell.domain.connections.sharing import (
    accept,
    catalogs_to_offer,
    decline,
    find_offer,
    may_offer,
    offer,
    offers_of,
    offers_to,
    withdraw,
)
from classbell.domain.organisations.access import access_of
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    Verdict,
    VerdictKind,
)
from classbell.storage.models import (
    Account,
    AuditEntry,
    Catalog,
    Connection,
    Incident,
    Message,
    MessageState,
    Notification,
    RoleAssignment,
    SharingOffer,
)
from tests.domain.connections.stage import Stage
from tests.support import a_catalog

pytestmark = pytest.mark.django_db

REVOKED = Verdict(VerdictKind.SIGN_IN_AGAIN, code="AADSTS50173", explanation="Revoked.")


def make_offer(stage: Stage, account: Account, who: str = "owner") -> SharingOffer:
    actor = Actor.of(getattr(stage.cast, who))
    return offer(stage.ports, account=account, to_catalog=stage.cast.other_catalog, actor=actor)


def take(stage: Stage, made: SharingOffer, who: str = "colleague") -> Connection:
    return accept(stage.ports, offer=made, actor=Actor.of(getattr(stage.cast, who)))


def test_an_accepted_account_works_for_both_catalogs(stage: Stage) -> None:
    account = stage.connect()
    tokens = bytes(account.sealed_tokens)

    connection = take(stage, make_offer(stage, account))

    assert (connection.account, connection.enabled) == (account, True)
    assert Account.objects.count() == 1
    assert bytes(Account.objects.get().sealed_tokens) == tokens
    told = Notification.objects.filter(kind="account_connected", catalog=stage.cast.other_catalog)
    assert told.get().audience == [["learning@contoso.example", "Contoso Learning"]]
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"account.offered", "account.offer_accepted", "connection.shared"} <= acts
    assert not offers_to(stage.cast.other_catalog)


def test_both_catalogs_suffer_one_incident_and_hold_their_mail_on_one_lane(stage: Stage) -> None:
    account = stage.connect()
    take(stage, make_offer(stage, account))
    for catalog in (stage.catalog, stage.cast.other_catalog):
        stage.a_message(catalog=catalog)

    account_lost(stage.ports, account.pk, REVOKED)
    account_lost(stage.ports, account.pk, REVOKED)

    assert Incident.objects.count() == 1
    assert Notification.objects.filter(kind="connection_lost").count() == 1
    held = Message.objects.filter(state=MessageState.HELD, lane=mailbox_lane(account))
    assert held.count() == 2


def test_disconnecting_one_catalog_leaves_the_other(stage: Stage) -> None:
    account = stage.connect()
    take(stage, make_offer(stage, account))

    disconnect(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    account.refresh_from_db()
    assert account.state == "connected"
    assert account.sealed_tokens
    other = Connection.objects.get(catalog=stage.cast.other_catalog)
    assert (other.account, other.enabled) == (account, True)


def test_owner_colleague_stranger_learner_and_lms_admin_offer(stage: Stage) -> None:
    account = stage.connect()
    for name in ("colleague", "learner"):
        with pytest.raises(NotAllowed, match="may not offer"):
            make_offer(stage, account, name)
    with pytest.raises(NotFoundHere):
        make_offer(stage, account, "stranger")
    first = make_offer(stage, account, "lms_admin")
    assert make_offer(stage, account) == first
    assert first.offered_by_name == "Lena Albrecht"
    allowed = [name for name in vars(stage.cast) if name not in {"catalog", "other_catalog"}]
    allowed.remove("foreign_catalog")
    may = {name for name in allowed if may_offer(access_of(getattr(stage.cast, name)), account)}
    assert may == {"owner", "lms_admin"}


def test_who_connected_it_and_lost_the_role_may_not_offer_it(stage: Stage) -> None:
    account = stage.connect()
    RoleAssignment.objects.filter(person=stage.owner).delete()

    with pytest.raises(NotAllowed):
        make_offer(stage, account)


def test_whoever_accepted_an_account_may_not_hand_it_on(stage: Stage) -> None:
    account = stage.connect()
    take(stage, make_offer(stage, account))
    third = a_catalog("third", "Third")

    with pytest.raises(NotAllowed):
        offer(stage.ports, account=account, to_catalog=third, actor=Actor.of(stage.cast.colleague))


def test_only_admins_of_the_catalog_answer_an_offer(stage: Stage) -> None:
    made = make_offer(stage, stage.connect())

    for name, refusal in (
        ("owner", NotAllowed),
        ("lms_admin", NotAllowed),
        ("stranger", NotFoundHere),
    ):
        actor = Actor.of(getattr(stage.cast, name))
        for answer in (accept, decline):
            with pytest.raises(refusal):
                answer(stage.ports, offer=made, actor=actor)
    with pytest.raises(NotFoundHere):
        find_offer(access_of(stage.cast.stranger), made.pk)
    assert find_offer(access_of(stage.cast.colleague), made.pk) == made
    assert not Connection.objects.filter(catalog=stage.cast.other_catalog, enabled=True).exists()


def test_a_declined_offer_can_be_made_again_and_a_withdrawn_one_not_be_accepted(
    stage: Stage,
) -> None:
    account = stage.connect()
    declined = make_offer(stage, account)
    decline(stage.ports, offer=declined, actor=Actor.of(stage.cast.colleague))
    again = make_offer(stage, account)
    assert again != declined
    with pytest.raises(NotAllowed):
        withdraw(stage.ports, offer=again, actor=Actor.of(stage.cast.colleague))
    withdraw(stage.ports, offer=again, actor=Actor.of(stage.owner))

    for gone in (declined, again):
        with pytest.raises(InvalidInput, match="not open any more"):
            take(stage, gone)
    assert not Connection.objects.filter(catalog=stage.cast.other_catalog, enabled=True).exists()


def test_accounts_stay_within_their_organisation(stage: Stage) -> None:
    account = stage.connect()
    foreign = stage.cast.foreign_catalog

    for actor in (Actor.of(stage.owner), OPERATOR):
        with pytest.raises(NotFoundHere):
            offer(stage.ports, account=account, to_catalog=foreign, actor=actor)
    assert foreign not in catalogs_to_offer(account)


def test_what_cannot_be_offered_is_not(stage: Stage) -> None:
    account = stage.connect()
    owner = Actor.of(stage.owner)
    assert catalogs_to_offer(account) == [stage.cast.other_catalog]
    with pytest.raises(InvalidInput, match="already"):
        offer(stage.ports, account=account, to_catalog=stage.catalog, actor=owner)
    made = make_offer(stage, account)
    assert not catalogs_to_offer(account)
    assert offers_of(account) == [made]
    disconnect(stage.ports, catalog=stage.catalog, actor=owner)
    account.refresh_from_db()

    assert not offers_to(stage.cast.other_catalog)
    with pytest.raises(InvalidInput, match="disconnected meanwhile"):
        take(stage, made)
    with pytest.raises(InvalidInput, match="is disconnected"):
        offer(stage.ports, account=account, to_catalog=a_catalog("x", "X"), actor=OPERATOR)


def test_accepting_in_place_of_another_account_leaves_its_mail_to_an_admin(stage: Stage) -> None:
    account = stage.connect()
    other: Catalog = stage.cast.other_catalog
    stage.another_account()
    events = Account.objects.create(
        organisation=other.organisation,
        object_id=stage.facts.the_profile.object_id,
        address="events@contoso.example",
        name="Events",
        state="connected",
        connected_at=stage.clock.now(),
    )
    Connection.objects.create(catalog=other, account=events, enabled=True)
    message = stage.a_message(catalog=other)

    take(stage, make_offer(stage, account))

    message.refresh_from_db()
    assert (message.state, message.reason_code) == (MessageState.HELD, "account_changed")
    events.refresh_from_db()
    assert events.state == "disconnected"
