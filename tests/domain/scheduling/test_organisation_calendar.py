"""The organisation's calendar: sessions shown to all, without learners, and kept in step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.scheduling.organisation_calendar import SharingChoice, set_sharing
from classbell.domain.scheduling.reconcile_shared import reconcile_shared
from classbell.domain.scheduling.request import request_entry
from classbell.ports.calendar import EntrySnapshot
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    VerdictKind,
)
from classbell.storage.models import (
    AuditEntry,
    CalendarOptions,
    Connection,
    CourseSession,
    SharedEntry,
    SharedWay,
    WorkItem,
)
from tests.domain.people import a_cast
from tests.domain.scheduling.stage import Stage
from tests.support import NOW, a_connected_account, fake_ports

pytestmark = [pytest.mark.django_db, pytest.mark.store]

CALENDAR = "training@contoso.example"
OTHER = "events@contoso.example"
OWN = "/me"


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.account.granted_scopes = [*stage.account.granted_scopes, "Calendars.ReadWrite.Shared"]
    stage.account.save()
    stage.calendar.editors_of.add(CALENDAR)
    return stage


def share(
    stage: Stage, address: str = CALENDAR, way: SharedWay = SharedWay.INVITE, **chosen: bool
) -> CalendarOptions:
    choice = SharingChoice(chosen.pop("share", True), address, way, **chosen)
    return set_sharing(stage.ports, catalog=stage.catalog, choice=choice, actor=OPERATOR)


def run(stage: Stage, session: CourseSession) -> timedelta | None:
    again = reconcile_shared(stage.ports, stage.lane, str(session.pk))
    return None if again is None else again - stage.clock.now()


def shown(stage: Stage, way: SharedWay, address: str = CALENDAR) -> list[EntrySnapshot]:
    """The events that show sessions, wherever that way puts them."""
    path = OWN if way == SharedWay.INVITE else f"/users/{address}"
    return [
        event
        for event in stage.calendar.events_in(path)
        if stage.calendar.entry_of(event.event_id).session_ref.startswith("shared:")
    ]


def asked(kind: str = "share") -> set[str]:
    return set(WorkItem.objects.filter(kind=kind).values_list("subject", flat=True))


@pytest.mark.parametrize("way", SharedWay)
def test_published_sessions_to_come_are_shown_without_learners(
    stage: Stage, way: SharedWay
) -> None:
    session = stage.session("Ana Oliveira", teams_meeting=True)
    draft = stage.session(code="FIRE-2", published=False)
    over = stage.session(code="FIRE-3", starts_at=NOW - timedelta(days=2))
    share(stage, way=way)
    assert asked() == {str(session.pk)}
    for one in (session, draft, over):
        run(stage, one)
    (event,) = shown(stage, way)
    invited = [CALENDAR] if way == SharedWay.INVITE else []
    assert [answer.address for answer in event.answers] == invited
    assert event.subject == "Fire safety: Session 1"
    assert event.place == "Harbour"
    assert "Zoé Dubois" in event.html
    assert "Ana" not in event.html
    assert not event.online


@pytest.mark.parametrize("way", SharedWay)
def test_what_is_shown_keeps_in_step_with_the_session(stage: Stage, way: SharedWay) -> None:
    session = stage.session()
    share(stage, way=way)
    run(stage, session)
    before = shown(stage, way)[0].event_id
    WorkItem.objects.all().delete()
    start = NOW + timedelta(days=9)
    CourseSession.objects.update(title="Moved", starts_at=start, ends_at=start + timedelta(hours=1))
    session.refresh_from_db()
    request_entry(stage.ports, session)
    assert asked() == {str(session.pk)}
    run(stage, session)
    (event,) = shown(stage, way)
    assert (event.event_id, event.subject) == (before, "Fire safety: Moved")
    assert event.starts_at == NOW + timedelta(days=9)
    stage.calendar.calls.clear()
    run(stage, session)
    assert [call.name for call in stage.calendar.calls if call.name == "create"] == []
    assert SharedEntry.objects.get().problem == ""


@pytest.mark.parametrize("way", SharedWay)
def test_a_cancelled_session_is_shown_no_more(stage: Stage, way: SharedWay) -> None:
    session = stage.session()
    share(stage, way=way)
    run(stage, session)
    CourseSession.objects.update(cancelled_at=NOW)
    assert run(stage, session) is None
    assert shown(stage, way) == []
    CourseSession.objects.update(cancelled_at=None)
    run(stage, session)
    assert len(shown(stage, way)) == 1


@pytest.mark.parametrize("way", SharedWay)
@pytest.mark.parametrize("remove", [True, False])
def test_switched_off_the_entries_go_or_stay_by_choice(
    stage: Stage, way: SharedWay, *, remove: bool
) -> None:
    session = stage.session()
    share(stage, way=way)
    run(stage, session)
    WorkItem.objects.all().delete()
    share(stage, share=False, remove=remove)
    assert asked() == ({str(session.pk)} if remove else set())
    CourseSession.objects.update(title="Changed meanwhile")
    run(stage, session)
    assert [event.subject for event in shown(stage, way)] == (
        [] if remove else ["Fire safety: Session 1"]
    )
    share(stage, way=way)
    run(stage, session)
    assert [event.subject for event in shown(stage, way)] == ["Fire safety: Changed meanwhile"]


@pytest.mark.parametrize("way", SharedWay)
def test_another_address_takes_the_entries_along(stage: Stage, way: SharedWay) -> None:
    session = stage.session()
    share(stage, way=way)
    run(stage, session)
    stage.calendar.editors_of.add(OTHER)
    share(stage, OTHER, way=way)
    run(stage, session)
    (event,) = shown(stage, way, OTHER)
    if way == SharedWay.INVITE:
        assert [answer.address for answer in event.answers] == [OTHER]
        assert [gone.attendees for gone in stage.calendar.cancelled] == [(CALENDAR,)]
    else:
        assert shown(stage, way, CALENDAR) == []


def test_from_inviting_to_writing_nothing_is_shown_twice(stage: Stage) -> None:
    session = stage.session()
    share(stage)
    run(stage, session)
    share(stage, way=SharedWay.WRITE)
    run(stage, session)
    assert shown(stage, SharedWay.INVITE) == []
    assert len(shown(stage, SharedWay.WRITE)) == 1


@pytest.mark.parametrize("way", SharedWay)
def test_a_create_that_broke_off_is_found_again(stage: Stage, way: SharedWay) -> None:
    session = stage.session()
    share(stage, way=way)
    stage.calendar.fail_next(VerdictKind.RETRY, on="create", carried_out=True)
    with pytest.raises(ProviderFailure):
        run(stage, session)
    run(stage, session)
    assert len(shown(stage, way)) == 1


def test_an_entry_deleted_by_hand_is_made_anew(stage: Stage) -> None:
    session = stage.session()
    share(stage, way=SharedWay.WRITE)
    run(stage, session)
    stage.calendar.delete(shown(stage, SharedWay.WRITE)[0].event_id)
    run(stage, session)
    assert len(shown(stage, SharedWay.WRITE)) == 1


def test_a_right_that_is_gone_is_told_and_never_costs_the_account(stage: Stage) -> None:
    session = stage.session()
    share(stage, way=SharedWay.WRITE)
    run(stage, session)
    stage.calendar.editors_of.clear()
    assert run(stage, session) == timedelta(days=1)
    row = SharedEntry.objects.get()
    assert "Add-MailboxFolderPermission -Identity training@contoso.example:\\Calendar" in (
        row.problem
    )
    assert CalendarOptions.objects.get().shared_problem == row.problem
    stage.calendar.editors_of.add(CALENDAR)
    assert run(stage, session) is None
    assert len(shown(stage, SharedWay.WRITE)) == 1
    assert CalendarOptions.objects.get().shared_problem == ""


def test_the_right_to_write_is_proved_and_leaves_no_trace(stage: Stage) -> None:
    share(stage, way=SharedWay.WRITE)
    assert stage.calendar.events_in(f"/users/{CALENDAR}") == []
    assert [call.name for call in stage.calendar.calls] == ["create", "cancel"]
    with pytest.raises(InvalidInput) as caught:
        share(stage, OTHER, way=SharedWay.WRITE)
    assert "-User learning@contoso.example -AccessRights Editor" in caught.value.remedy
    assert CalendarOptions.objects.get().shared_address == CALENDAR


def test_without_the_permission_writing_is_refused_and_inviting_is_not(stage: Stage) -> None:
    stage.account.granted_scopes = ["Calendars.ReadWrite", "Mail.Send"]
    stage.account.save()
    with pytest.raises(InvalidInput, match="not granted"):
        share(stage, way=SharedWay.WRITE)
    assert share(stage).share


def test_microsoft_out_of_reach_saves_nothing(stage: Stage) -> None:
    stage.calendar.fail_next(VerdictKind.RETRY, on="create")
    with pytest.raises(ProviderFailure):
        share(stage, way=SharedWay.WRITE)
    assert not CalendarOptions.objects.exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("Learning@Contoso.example", "connected account itself"),
        ("", "needs the address"),
        ("the calendar", "not an e-mail address"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(stage: Stage, address: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        share(stage, address)
    assert caught.value.field == "share_address"
    assert not CalendarOptions.objects.exists()


def test_without_an_account_nothing_is_shared(stage: Stage) -> None:
    Connection.objects.update(enabled=False)
    with pytest.raises(InvalidInput, match="none is connected"):
        share(stage)


def test_the_same_choice_again_does_nothing(stage: Stage) -> None:
    share(stage, way=SharedWay.WRITE)
    stage.calendar.calls.clear()
    share(stage, " TRAINING@contoso.example ", way=SharedWay.WRITE)
    assert stage.calendar.calls == []
    assert AuditEntry.objects.filter(action="calendar.shared").count() == 1


def test_only_the_catalogs_admins_share_its_sessions() -> None:
    ports = fake_ports()
    cast = a_cast(ports)
    a_connected_account(ports, cast.catalog)
    for person, refusal in ((cast.colleague, NotAllowed), (cast.stranger, NotFoundHere)):
        with pytest.raises(refusal):
            set_sharing(
                ports,
                catalog=cast.catalog,
                choice=SharingChoice(share=True, address=CALENDAR),
                actor=Actor.of(person),
            )
    set_sharing(
        ports,
        catalog=cast.catalog,
        choice=SharingChoice(share=True, address=CALENDAR),
        actor=Actor.of(cast.owner),
    )
    assert CalendarOptions.objects.get().share
