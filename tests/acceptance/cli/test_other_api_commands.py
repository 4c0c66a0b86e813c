"""Connections, rooms, notifications and templates on the command line, as in the REST API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from classbell import bootstrap
from classbell.api.v1.documentation import document
from classbell.cli.exit_codes import DONE, NOT_FOUND, NOT_SO, REFUSED
from classbell.cli.main import main
from classbell.storage.models import (
    AuditEntry,
    ConnectInvitation,
    CourseSession,
    Message,
    Notification,
    Room,
)
from tests.domain.connections.stage import Stage
from tests.messages import a_message
from tests.support import a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db
HERE = ("--catalog", "academy")
WORDS = ("--subject", "News", "--text", "All is well.")


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """Give fakes and people, and let the commands use them."""
    made = Stage()
    with bootstrap.use(made.ports):
        yield made


@pytest.fixture
def told(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*words: str, code: int = DONE) -> Any:
        assert main([*words, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return ask


def members(name: str) -> set[str]:
    described: Any = document()["components"]
    return set(described["schemas"][name]["properties"])


def test_a_catalog_without_an_account_is_not_well(told: Any) -> None:
    assert told("connections", "health", *HERE, code=NOT_SO)["status"] == "none"
    assert told("connections", "show", *HERE)["account"] is None


def test_the_connection_has_the_names_of_the_api(
    stage: Stage, told: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.connect()
    main(["connections", "check", *HERE])
    capsys.readouterr()
    shown = told("connections", "show", *HERE)
    assert set(shown) == members("ConnectionOut")
    assert set(shown["account"]) == members("AccountOut")
    assert set(shown["capabilities"][0]) == members("CapabilityOut")
    assert told("connections", "switch", "off", *HERE)["enabled"] is False
    assert told("connections", "switch", "on", *HERE)["enabled"] is True
    health = told("connections", "health", *HERE)
    assert set(health) == members("HealthOut")
    assert health["status"] == "working"
    assert main(["connections", "show", *HERE]) == DONE
    assert "capability" in capsys.readouterr().out


def test_an_invitation_is_listed_without_its_link_and_withdrawn(told: Any) -> None:
    made = told("connections", "invite", "learning@contoso.example", *HERE)
    assert made["link"].startswith("http")
    (row,) = told("connections", "invitations", *HERE)
    assert set(row) == members("InvitationOut")
    assert told("connections", "withdraw", row["id"], *HERE)["withdrawn"] is True
    assert told("connections", "invitations", *HERE) == []
    assert ConnectInvitation.objects.get().withdrawn_at is not None


def test_rooms_are_listed_and_asked_about(stage: Stage, told: Any) -> None:
    Room.objects.create(
        organisation=stage.catalog.organisation,
        address="aalborg@contoso.example",
        name="Aalborg",
        capacity=8,
        refreshed_at=stage.ports.clock.now(),
    )
    (room,) = told("rooms", "list", *HERE)
    assert set(room) == members("RoomOut")
    time = ("--from", "2027-03-02T09:00+01:00", "--to", "2027-03-02T10:00+01:00")
    (choice,) = told("rooms", "free", *HERE, *time)
    assert set(choice) == members("RoomAvailabilityOut")
    assert choice["availability"] == "unknown", "no account is connected"
    assert main(["rooms", "free", *HERE, "--from", time[3], "--to", time[1]]) == REFUSED


def test_a_notification_is_sent_to_people_and_followed(told: Any, tmp_path: Path) -> None:
    file = tmp_path / "people.txt"
    file.write_text("ana@contoso.example\nbo@contoso.example\n")
    send = ("notifications", "send", *HERE, "--file", str(file))
    sent = told(*send, *WORDS)
    assert (sent["people"], sent["kind"]) == (2, "people_message")
    waiting = told("notifications", "follow", sent["id"], *HERE, "--seconds", "0", code=NOT_SO)
    assert (waiting["waiting"], waiting["sent"]) == (2, 0)
    assert [one["id"] for one in told("notifications", "list", *HERE, "--kind", sent["kind"])] == [
        sent["id"]
    ]
    assert Notification.objects.filter(kind="people_message").count() == 1


def test_a_repeated_command_sends_nothing_twice(stage: Stage, told: Any) -> None:
    send = ("notifications", "send", *HERE, *WORDS[:3])
    people, key = ("ana@contoso.example", "bo@contoso.example"), ("--idempotency-key", "news-1")
    sent = told(*send, "Cake.", *people, *key)
    assert told(*send, "Cake.", *reversed(people), *key) == sent
    assert Notification.objects.filter(kind="people_message").count() == 1
    assert AuditEntry.objects.filter(action="people.message_sent").count() == 1
    assert main([*send, "No cake.", *people, *key]) == REFUSED
    assert main([*send, "Cake.", people[0], *key]) == REFUSED
    assert told(*send, "Cake.", *people, "--idempotency-key", "news-2")["id"] != sent["id"]
    assert Notification.objects.filter(kind="people_message").count() == 2


def test_a_key_holds_for_the_learners_of_a_session_as_well(
    stage: Stage, told: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in ("FA-1", "FA-2"):
        an_enrolment(a_session(stage.catalog, code), a_person(f"Learner of {code}"))
    send = ("notifications", "send", *HERE, *WORDS, "--idempotency-key", "news-1")
    sent = told(*send, "--session", "FA-1")
    an_enrolment(CourseSession.objects.get(code="FA-1"), a_person("Newcomer"))
    assert told(*send, "--session", "FA-1") == sent
    for other in (["--session", "FA-2"], ["ana@contoso.example"]):
        assert main([*send, *other]) == REFUSED
        assert "Idempotency-Key was sent before" in capsys.readouterr().err
    assert Notification.objects.count() == 1
    with pytest.raises(SystemExit):
        main([*send[:-1], ""])


def test_following_ends_well_where_everybody_was_reached(stage: Stage, told: Any) -> None:
    message = a_message(stage.catalog, "accepted")
    notification = message.notification
    notification.audience_size = 1
    notification.save()
    found = told("notifications", "follow", str(notification.pk), *HERE)
    assert (found["people"], found["sent"], found["waiting"]) == (1, 1, 0)


def test_whom_to_write_to_is_said_once(stage: Stage) -> None:
    send = ["notifications", "send", *HERE, *WORDS]
    assert main(send) == REFUSED
    assert main([*send, "ana@contoso.example", "--session", "FA-1"]) == REFUSED
    assert main([*send, "--session", "FA-1"]) == NOT_FOUND
    assert not Message.objects.filter(notification__kind="people_message").exists()


def test_a_template_is_set_from_a_file_switched_and_reset(told: Any, tmp_path: Path) -> None:
    kind = ("--kind", "enrolment_confirmed", *HERE)
    before = told("templates", "show", *kind)
    assert set(before) == members("TemplateOut")
    file = tmp_path / "template.json"
    file.write_text('{"texts": {"en": {"subject": "Welcome"}}}')
    after = told("templates", "set", str(file), *kind)
    assert after["texts"]["en"]["subject"] == "Welcome"
    assert after["texts"]["en"]["message"] == before["texts"]["en"]["message"]
    assert told("templates", "switch", "off", *kind)["on"] is False
    assert told("templates", "reset", *kind)["texts"] == before["texts"]
    assert "enrolment_confirmed" in {one["kind"] for one in told("templates", "list", *HERE)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "object"),
        ('{"subject": "x"}', "«subject»"),
        ('{"texts": {"xx": {}}}', "«xx»"),
        ('{"texts": {"en": {"subject": 1}}}', "texts.en"),
        ('{"reminder_days": ["1"]}', "reminder_days"),
        ('{"to": {"roles": ["kings"]}}', "«to»"),
    ],
)
def test_a_file_that_is_no_template_is_refused_with_its_place(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "template.json"
    file.write_text(text)
    assert main(["templates", "set", str(file), "--kind", "enrolment_confirmed", *HERE]) == REFUSED
    assert said in capsys.readouterr().err
