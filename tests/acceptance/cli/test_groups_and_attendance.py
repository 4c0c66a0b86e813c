"""Groups of sessions and attendance on the command line, with the words of the API."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from classbell import bootstrap
from classbell.api.v1.documentation import document
from classbell.cli.exit_codes import DONE, NOT_FOUND, NOT_SO, REFUSED
from classbell.cli.main import main
from classbell.storage.models import AuditEntry, Enrolment
from tests.domain.people import Cast, a_cast
from tests.support import NOW, a_session, an_enrolment, fake_ports

pytestmark = pytest.mark.django_db
HERE = ("--catalog", "academy", "--course", "FIRE")
BEGUN = ("enrolments", "attendance", "--catalog", "academy", "--session", "BEGUN")


@pytest.fixture(autouse=True)
def cast(db: None) -> Iterator[Cast]:
    """Give people, catalogs and fakes, and let the commands use them."""
    ports = fake_ports()
    found = a_cast(ports)
    an_enrolment(
        a_session(found.catalog, "BEGUN", starts_at=NOW - timedelta(hours=1)), found.learner
    )
    a_session(found.catalog)
    with bootstrap.use(ports):
        yield found


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*words: str, code: int = DONE) -> Any:
        assert main([*words, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return ask


def members(name: str) -> set[str]:
    described: Any = document()["components"]
    return set(described["schemas"][name]["properties"])


def test_a_group_is_added_changed_filled_emptied_and_removed(told: Any) -> None:
    made = told("groups", "add", "AM", *HERE, "--title", "Mornings", "--seats", "9")
    assert set(made) == members("GroupOut")
    assert told("groups", "show", "AM", *HERE) == told("groups", "show", made["id"], *HERE) == made
    changed = told("groups", "change", "AM", *HERE, "--seats", "none")
    assert (changed["title"], changed["seats"]) == ("Mornings", None)
    moved = told("sessions", "change", "FIRE-1", *HERE[:2], "--group", "AM")
    assert moved["group"] == "AM"
    assert told("sessions", "change", "FIRE-1", *HERE[:2], "--title", "T")["group"] == "AM"
    assert main(["groups", "remove", "AM", *HERE]) == REFUSED
    assert told("sessions", "change", "FIRE-1", *HERE[:2], "--group", "none")["group"] is None
    assert told("groups", "remove", made["id"], *HERE)["code"] == "AM"
    assert told("groups", "list", *HERE) == []
    acts = AuditEntry.objects.filter(action__startswith="group.", source="cli")
    assert [one.action for one in acts.order_by("id")] == [
        "group.created",
        "group.changed",
        "group.removed",
    ]


def test_a_group_that_is_not_there_is_said_so() -> None:
    assert main(["groups", "show", "PM", *HERE]) == NOT_FOUND
    assert main(["groups", "change", "PM", *HERE, "--seats", "3"]) == NOT_FOUND
    assert main(["sessions", "change", "FIRE-1", *HERE[:2], "--group", "PM"]) == NOT_FOUND


def test_attendance_is_said_on_the_line_or_in_a_file(
    told: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = cast.learner.address
    assert told(*BEGUN, address) == {"recorded": 1, "already": 0, "no_place": 0}
    assert set(told(*BEGUN, address)) == members("AttendanceOut")
    place = Enrolment.objects.get(session__code="BEGUN")
    assert place.attendance == 100
    lines = f"Attendance,Address\n80,{address}\n,nobody@contoso.example\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    found = told(*BEGUN, "--file", "-", code=NOT_SO)
    assert found == {"recorded": 1, "already": 0, "no_place": 1}
    (shown,) = told("enrolments", "list", "--catalog", "academy", "--session", "BEGUN")
    assert shown["attendance"] == 80
    told(*BEGUN, address, "--share", "none")
    place.refresh_from_db()
    assert place.attendance is None


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("address\na@contoso.example\n", "columns address and attendance"),
        ("address,attendance\na@contoso.example,101\n", "Line 2: 101"),
        ("", "columns address and attendance"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    lines: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert main([*BEGUN, "--file", "-"]) == REFUSED
    assert said in capsys.readouterr().err
