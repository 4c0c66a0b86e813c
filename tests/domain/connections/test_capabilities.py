"""The capability card: each line from facts, with evidence, remedy and who can do it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from classbell.domain.connections.capabilities import (
    CapabilityResult,
    CapabilityState,
    check,
)
from classbell.domain.connections.capability import meaning, needs_attention
from classbell.microsoft.licences import licence_lists
from classbell.ports.account import MailboxPurpose, ServicePlan
from classbell.ports.errors import ConfigurationFault, Verdict, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.storage.models import Organisation
from tests.domain.connections.stage import EVERYTHING, Stage
from tests.fakes import FakeMeetings
from tests.fakes.account import EXCHANGE_PLAN_1, TEAMS
from tests.support import an_organisation

pytestmark = pytest.mark.django_db
SHARED = "shared_calendar"
BY_REQUEST = (SHARED, "meeting_options")
"""Lines of permissions that come only when somebody asks for them."""
SURE = ("permissions", "mail", "calendar", "teams", "rooms")
"""Lines that an account with everything answers with «ready»."""

KIOSK = ServicePlan(
    UUID("4a82b400-a79f-41a4-b4e2-e94f5787b113"), "EXCHANGE_S_DESKLESS", active=True
)
SHAREPOINT = ServicePlan(uuid4(), "SHAREPOINTSTANDARD", active=True)


@pytest.fixture
def organisation(db: None) -> Organisation:
    return an_organisation()


def card(
    stage: Stage, granted: frozenset[str] = EVERYTHING, asked: frozenset[str] = EVERYTHING
) -> dict[str, CapabilityResult]:
    made = check(stage.ports, Mailbox("/me", "token"), granted, an_organisation(), asked=asked)
    return {line.capability.value: line for line in made.lines}


def test_an_account_with_everything_is_ready_and_the_evidence_says_why(stage: Stage) -> None:
    lines = card(stage)

    main = ["permissions", "mailbox", "mail", "calendar", "teams", "rooms"]
    assert list(lines) == [*main, *BY_REQUEST]
    assert not [line for line in lines.values() if needs_attention(line.capability, line.state)]
    assert {lines[name].state for name in SURE} == {CapabilityState.READY}
    assert "EXCHANGE_S_STANDARD" in lines["mail"].evidence
    assert "listed: 6" in lines["rooms"].evidence
    assert not any(line.remedy or line.who for line in lines.values())


@pytest.mark.parametrize(
    ("plans", "state", "says"),
    [
        ((), CapabilityState.BLOCKED, "no licence"),
        ((replace(EXCHANGE_PLAN_1, active=False),), CapabilityState.BLOCKED, "no licence"),
        ((KIOSK,), CapabilityState.NEEDS_LICENCE, "EXCHANGE_S_DESKLESS"),
        ((SHAREPOINT,), CapabilityState.NEEDS_LICENCE, "none"),
        (
            (SHAREPOINT, replace(EXCHANGE_PLAN_1, active=False)),
            CapabilityState.NEEDS_LICENCE,
            "EXCHANGE_S_STANDARD (not active)",
        ),
        (
            (ServicePlan(uuid4(), "EXCHANGE_S_STANDARD_GOV", active=True),),
            CapabilityState.READY,
            "EXCHANGE_S_STANDARD_GOV",
        ),
    ],
    ids=["none", "inactive", "kiosk", "no exchange", "inactive among others", "unlisted"],
)
def test_mail_needs_exchange_online_plan_1(
    stage: Stage, plans: tuple[ServicePlan, ...], state: CapabilityState, says: str
) -> None:
    stage.facts.the_plans = plans

    line = card(stage)["mail"]

    assert line.state == state
    assert says in line.evidence
    assert (line.who == "Microsoft 365 administrator") is (state != CapabilityState.READY)


def test_an_unlicensed_account_is_named_as_what_shared_mailboxes_look_like(stage: Stage) -> None:
    stage.facts.the_plans = ()

    assert "Shared mailboxes" in card(stage)["mail"].evidence


def test_a_guest_is_blocked_with_the_reason(stage: Stage) -> None:
    stage.facts.the_profile = replace(stage.facts.the_profile, user_type="Guest")

    line = card(stage)["mail"]

    assert line.state == CapabilityState.BLOCKED
    assert "guest in Contoso" in line.evidence


def test_a_licensed_account_whose_mailbox_is_being_made_is_not_judged(stage: Stage) -> None:
    stage.facts.the_profile = replace(stage.facts.the_profile, mail="")

    line = card(stage)["mail"]

    assert line.state == CapabilityState.NOT_CHECKED
    assert "no mailbox yet" in line.evidence


def test_teams_is_decided_by_the_calendar_and_explained_by_the_licence(stage: Stage) -> None:
    stage.facts.the_plans = (EXCHANGE_PLAN_1,)
    assert card(stage)["teams"].state == CapabilityState.READY
    stage.calendar.teams = False
    assert card(stage)["teams"].state == CapabilityState.NEEDS_LICENCE
    stage.facts.the_plans = (EXCHANGE_PLAN_1, TEAMS)
    line = card(stage)["teams"]
    assert line.state == CapabilityState.BLOCKED
    assert "meeting policy" in line.remedy


def test_options_of_meetings_are_proved_by_asking_where_they_are_granted(stage: Stage) -> None:
    granted = EVERYTHING | {"OnlineMeetings.ReadWrite"}
    assert "OnlineMeetings.ReadWrite" in card(stage)["meeting_options"].evidence
    assert card(stage, granted)["meeting_options"].state == CapabilityState.READY
    meetings = stage.ports.meetings
    assert isinstance(meetings, FakeMeetings)
    verdict = Verdict(VerdictKind.MAILBOX_UNUSABLE, code="Forbidden", explanation="No licence.")
    meetings.fail_next(verdict)
    line = card(stage, granted)["meeting_options"]
    assert line.state == CapabilityState.NEEDS_LICENCE
    assert "No licence. (Forbidden)" in line.evidence
    assert line.who == "Microsoft 365 administrator"


def test_a_calendar_that_cannot_be_edited_is_blocked(stage: Stage) -> None:
    stage.calendar.can_edit = False

    assert card(stage)["calendar"].state == CapabilityState.BLOCKED


def test_less_granted_than_asked_for_is_named_permission_by_permission(stage: Stage) -> None:
    lines = card(stage, granted=frozenset({"User.Read", "Mail.Send", "Calendars.ReadWrite"}))

    assert lines["permissions"].state == CapabilityState.NEEDS_ADMIN
    assert "Place.Read.All, to list the organisation's rooms" in lines["permissions"].evidence
    assert lines["rooms"].state == CapabilityState.NEEDS_ADMIN
    assert lines["calendar"].state == CapabilityState.READY
    assert not stage.rooms.calls


def test_the_permission_to_send_is_never_taken_for_granted(stage: Stage) -> None:
    lines = card(stage, granted=EVERYTHING - {"Mail.Send"})

    assert lines["mail"].state == CapabilityState.NEEDS_CONSENT
    assert lines["permissions"].state == CapabilityState.NEEDS_CONSENT


def test_permission_names_are_compared_as_microsoft_does(stage: Stage) -> None:
    granted = frozenset(scope.lower() for scope in EVERYTHING)

    lines = card(stage, granted=granted)

    assert {lines[name].state for name in SURE} == {CapabilityState.READY}


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (VerdictKind.RETRY, CapabilityState.NOT_CHECKED),
        (VerdictKind.THROTTLED, CapabilityState.NOT_CHECKED),
        (VerdictKind.OPERATOR_FAULT, CapabilityState.NOT_CHECKED),
        (VerdictKind.ADMIN_NEEDED, CapabilityState.NEEDS_ADMIN),
        (VerdictKind.CONSENT_NEEDED, CapabilityState.NEEDS_CONSENT),
        (VerdictKind.MAILBOX_UNUSABLE, CapabilityState.BLOCKED),
    ],
)
def test_a_question_without_an_answer_is_no_claim(
    stage: Stage, kind: VerdictKind, state: CapabilityState
) -> None:
    verdict = Verdict(kind, code="TheCode", explanation="The cause.")
    stage.facts.fail_always(verdict, on="service_plans")
    stage.calendar.fail_always(verdict)
    stage.rooms.fail_always(verdict)

    lines = card(stage)

    for name in ("mail", "calendar", "rooms"):
        assert lines[name].state == state
        assert "The cause. (TheCode)" in lines[name].evidence
    assert lines["teams"].state == CapabilityState.NOT_CHECKED
    assert "Not checked, because" in lines["teams"].evidence


def test_what_kind_of_mailbox_it_is_is_said_only_where_it_was_asked(stage: Stage) -> None:
    line = card(stage)["mailbox"]
    assert line.state == CapabilityState.NOT_CHECKED
    assert line.evidence.startswith("Not checked, because the permission MailboxSettings.Read")
    assert not stage.facts.named("mailbox_purpose")

    line = card(stage, granted=EVERYTHING | {"MailboxSettings.Read"})["mailbox"]
    assert line.state == CapabilityState.READY
    assert "user's mailbox of Contoso" in line.evidence


@pytest.mark.parametrize(
    ("purpose", "says"),
    [
        (MailboxPurpose.SHARED, "a shared mailbox"),
        (MailboxPurpose.ROOM, "a room"),
        (MailboxPurpose.EQUIPMENT, "a piece of equipment"),
    ],
)
def test_a_licensed_mailbox_that_is_no_users_is_refused_with_the_reason(
    stage: Stage, purpose: MailboxPurpose, says: str
) -> None:
    stage.facts.the_purpose = purpose

    lines = card(stage, granted=EVERYTHING | {"MailboxSettings.Read"})

    for name in ("mailbox", "mail"):
        assert lines[name].state == CapabilityState.BLOCKED
        assert f"is {says}, which cannot be connected" in lines[name].evidence


def test_exchange_online_goes_before_what_the_licence_promises(stage: Stage) -> None:
    gone = Verdict(VerdictKind.MAILBOX_UNUSABLE, code="MailboxNotEnabledForRESTAPI")
    stage.calendar.fail_always(gone)

    made = check(stage.ports, Mailbox("/me", "token"), EVERYTHING, an_organisation())

    assert made.loss == gone
    mail = next(line for line in made.lines if line.capability == "mail")
    assert mail.state == CapabilityState.NOT_CHECKED
    assert "no usable mailbox" in mail.evidence
    assert "on premises" in mail.remedy


def test_the_operator_names_plans_that_classbell_does_not_know(stage: Stage) -> None:
    school, small = uuid4(), uuid4()
    stage.facts.the_plans = (
        ServicePlan(school, "MAIL_FOR_SCHOOLS", active=True),
        ServicePlan(small, "MEETINGS_FOR_SCHOOLS", active=True),
    )
    assert card(stage)["mail"].state == CapabilityState.NEEDS_LICENCE

    lists = licence_lists(mail=f"{school}, {uuid4()}", teams=str(small))
    stage.ports = replace(stage.ports, licences=lists)
    assert card(stage)["mail"].state == CapabilityState.READY
    stage.calendar.teams = False
    assert card(stage)["teams"].state == CapabilityState.BLOCKED, "the licence is there"

    lists = licence_lists(mail=str(school), too_small=str(school))
    stage.ports = replace(stage.ports, licences=lists)
    assert card(stage)["mail"].state == CapabilityState.NEEDS_LICENCE


def test_a_plan_id_that_is_none_is_named() -> None:
    with pytest.raises(ConfigurationFault, match="CLASSBELL_TEAMS_PLANS names «teams»"):
        licence_lists(teams="teams")


def test_every_line_that_is_not_well_says_what_it_means(stage: Stage) -> None:
    stage.facts.the_plans = ()
    stage.calendar.can_edit = False
    stage.calendar.teams = False
    lines = card(stage, granted=EVERYTHING - {"Place.Read.All"})

    for name in SURE:
        assert meaning(name, lines[name].state), name
        assert lines[name].remedy, name
        assert lines[name].who, name
    assert not meaning(SHARED, lines[SHARED].state), "nobody has asked for it"


def test_an_empty_list_of_rooms_is_an_answer(stage: Stage) -> None:
    stage.rooms.rooms = ()

    line = card(stage)["rooms"]

    assert line.state == CapabilityState.READY
    assert "empty" in line.evidence
