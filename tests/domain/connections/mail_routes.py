"""What tests of the routes of mail share: which lane carries what, and that nothing gets lost."""

from __future__ import annotations

from datetime import datetime

from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.ledger import sums
from classbell.domain.connections.lost import account_lost
from classbell.domain.connections.rerouting import watch_route
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.lane_state import provider_lane
from classbell.domain.notifications.notify import notify
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import (
    Account,
    Catalog,
    EmailProvider,
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    MessageState,
    Notification,
)
from tests.domain.connections.stage import Stage
from tests.support import a_person, a_provider, a_session

REVOKED = Verdict(VerdictKind.SIGN_IN_AGAIN, "AADSTS50173", "The sign-in was revoked.", status=400)


def lose(stage: Stage, account: Account) -> None:
    """Let Microsoft revoke the account's sign-in."""
    account_lost(stage.ports, account.pk, REVOKED)
    account.refresh_from_db()


def tell(stage: Stage, *names: str, catalog: Catalog | None = None) -> list[Message]:
    """Confirm an enrolment to people and expand it, as the housekeeping lane would."""
    where = catalog or stage.catalog
    session = a_session(where, f"S-{Notification.objects.count()}")
    told = notify(
        stage.ports,
        kind="enrolment_confirmed",
        organisation_id=where.organisation_id,
        catalog=where,
        audience=[a_person(name).pk for name in names],
        context={"session": str(session.pk)},
    )
    assert told is not None
    expand(stage, told)
    return list(Message.objects.filter(notification=told).order_by("id"))


def expand(stage: Stage, told: Notification) -> None:
    lane = housekeeping_lane(told.organisation_id)
    while expand_notification(stage.ports, lane, str(told.pk)):
        pass


def refuse(
    stage: Stage,
    lane: Lane,
    *,
    times: int = 3,
    kind: VerdictKind | None = VerdictKind.OPERATOR_FAULT,
) -> None:
    """Let what the lane talks to have refused calls; without a kind it took them."""
    for _ in range(times):
        Envelope.objects.create(
            lane=lane,
            epoch=1,
            route=lane.kind,
            state=EnvelopeState.REFUSED if kind else EnvelopeState.ACCEPTED,
            recipients=1,
            started_at=stage.clock.now(),
            verdict=kind.value if kind else "",
            code="Denied" if kind else "",
            explanation="The key is wrong." if kind else "",
        )


def where(*kinds: str) -> dict[str, tuple[str, str]]:
    """Return by address which kind of lane a message is on and its state, of some kinds or all."""
    rows = Message.objects.select_related("lane")
    if kinds:
        rows = rows.filter(notification__kind__in=kinds)
    return {row.address: (row.lane.kind if row.lane else "", row.state) for row in rows}


def adds_up(messages: int) -> bool:
    """Say whether there are so many messages, each in one state, and none queued on no lane."""
    counted = sums(Message.objects.all())
    homeless = Message.objects.filter(state=MessageState.QUEUED, lane=None)
    total = Message.objects.count()
    return sum(counted.values()) == total == messages and not homeless.exists()


def azure(provider: EmailProvider) -> Lane:
    return provider_lane(provider)


def both(stage: Stage, **boxes: bool) -> tuple[Account, EmailProvider]:
    """Have an account and Azure, with the boxes ticked like this."""
    account, provider = stage.connect(), a_provider(stage.ports)
    stage.save(**boxes)
    return account, provider


def look(stage: Stage, lane: Lane) -> datetime | None:
    """Let housekeeping look whether a lane's mail leaves."""
    home = housekeeping_lane(lane.organisation_id)
    return watch_route(stage.ports, home, str(lane.pk))
