"""Catalogs, courses, sessions and enrolments on the command line, with the words of the API."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from classbell import bootstrap
from classbell.api.v1.documentation import document
from classbell.cli.exit_codes import DONE, NOT_FOUND, NOT_SO, REFUSED
from classbell.cli.main import main
from classbell.storage.models import AuditEntry, CourseSession, Enrolment
from tests.domain.people import a_cast
from tests.support import fake_ports

pytestmark = pytest.mark.django_db
HERE = ("--catalog", "academy")
ADD_COURSE = ("courses", "add", "FA", *HERE, "--title", "First aid", "--enrolment-type", "single")
ADD_SESSION = (
    *("sessions", "add", "FA-1", *HERE, "--course", "FA", "--title", "In the workshop"),
    *("--starts", "2027-03-02T09:00", "--ends", "2027-03-02T12:00"),
    *("--time-zone", "Europe/Copenhagen", "--seats", "2"),
)


@pytest.fixture(autouse=True)
def stage(db: None) -> Iterator[None]:
    """Give people, catalogs and fakes, and let the commands use them."""
    ports = fake_ports()
    a_cast(ports)
    with bootstrap.use(ports):
        yield


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*words: str, code: int = DONE) -> Any:
        assert main([*words, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return ask


def members(name: str) -> set[str]:
    described: Any = document()["components"]
    return set(described["schemas"][name]["properties"])


def test_what_is_written_has_the_names_of_the_api(told: Any) -> None:
    assert set(told(*ADD_COURSE)) == members("CourseOut")
    assert set(told(*ADD_SESSION)) == members("SessionOut")
    counts = told("enrolments", "add", *HERE, "--session", "FA-1", "ana@contoso.example")
    assert set(counts) == members("EnrolledOut")
    (place,) = told("enrolments", "list", *HERE, "--session", "FA-1")
    assert set(place) == members("EnrolmentOut")
    assert set(place["person"]) == members("PersonOut")
    sent = told("sessions", "message", "FA-1", *HERE, "--subject", "Gloves", "--text", "Cold.")
    assert set(sent) == members("NotificationOut")
    assert set(told("notifications", "show", sent["id"], *HERE)) == members("ProgressOut")
    assert members("AuditOut") < set(told("audit", "list", *HERE)[0])
    assert members("CatalogOut") < set(told("catalogs", "list")[0])
    assert members("SessionOut") < set(told("sessions", "list", *HERE)[0])
    assert set(told("catalogs", "show", *HERE)) == members("CatalogOut")


def test_a_session_is_planned_changed_published_and_cancelled(told: Any) -> None:
    told(*ADD_COURSE)
    assert told(*ADD_SESSION, "--no-published")["published"] is False
    assert told("sessions", "publish", "FA-1", *HERE)["published"] is True
    changed = told(
        *("sessions", "change", "FA-1", *HERE, "--starts", "2027-03-02T08:00", "--seats", "none"),
        *("--enrolment-deadline", "2027-03-01T12:00", "--instructor", "lena@contoso.example"),
    )
    assert (changed["starts_at"], changed["seats"]) == ("2027-03-02T07:00:00Z", None)
    assert changed["enrolment_deadline"] == "2027-03-01T11:00:00Z"
    assert changed["title"] == "In the workshop"
    assert [one["address"] for one in changed["instructors"]] == ["lena@contoso.example"]
    # An id is as good as a code, and what nobody names stays.
    cleared = told("sessions", "change", changed["id"], *HERE, "--instructor", "none")
    assert (cleared["instructors"], cleared["starts"]) == ([], "2027-03-02T08:00")
    assert told("sessions", "cancel", "FA-1", *HERE, "--message", "Ill")["cancelled_at"]
    assert CourseSession.objects.get().cancel_message == "Ill"
    assert AuditEntry.objects.filter(action="session.cancelled", source="cli").count() == 1


def test_a_course_is_changed_where_it_is_named(told: Any) -> None:
    told(*ADD_COURSE, "--description", "Bandages")
    changed = told("courses", "change", "FA", *HERE, "--title", "Aid", "--waiting-list")
    assert (changed["title"], changed["description"]) == ("Aid", "Bandages")
    assert (changed["waiting_list"], changed["enrolment_type"]) == (True, "single")
    assert [one["code"] for one in told("courses", "list", *HERE)] == ["FA"]
    assert told("courses", "show", "FA", *HERE)["title"] == "Aid"


def test_people_are_enrolled_from_a_file_all_or_none(
    told: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(*ADD_COURSE)
    told(*ADD_SESSION)
    here = (*HERE, "--session", "FA-1")
    file = tmp_path / "people.csv"
    file.write_text("Name,Address\nAna,ana@contoso.example\n\nBo,bo@contoso.example\n", "utf-8-sig")
    assert told("enrolments", "add", *here, "--file", str(file)) == {
        "enrolled": 2,
        "already": 0,
        "waiting": 0,
    }
    assert main(["enrolments", "add", *here, "cleo@contoso.example"]) == REFUSED
    assert Enrolment.objects.count() == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("bo@contoso.example\nnobody@contoso.example\n"))
    gone = told("enrolments", "remove", *here, "--file", "-", code=NOT_SO)
    assert gone == {"removed": 1, "had_no_place": 1}
    states = {one["person"]["name"]: one["state"] for one in told("enrolments", "list", *here)}
    assert states == {"Ana": "enrolled", "Bo": "cancelled"}
    (left,) = told("enrolments", "list", *here, "--state", "enrolled")
    assert left["person"]["address"] == "ana@contoso.example"


def test_a_catalog_is_renamed_and_keeps_its_slug(told: Any) -> None:
    changed = told("catalogs", "change", *HERE, "--title", "School", "--time-zone", "Asia/Tokyo")
    assert (changed["slug"], changed["title"]) == ("academy", "School")
    assert changed["time_zone"] == "Asia/Tokyo"
    entry = AuditEntry.objects.get(action="catalog.changed")
    assert entry.after["title"] == "School"
    assert main(["catalogs", "change", *HERE, "--time-zone", "Mars/Base"]) == REFUSED


@pytest.mark.parametrize(
    "words",
    [
        ("courses", "show", "NONE", *HERE),
        ("sessions", "show", "NONE", *HERE),
        ("sessions", "add", *ADD_SESSION[2:]),
        ("rooms", "list", "--catalog", "nowhere"),
        ("connections", "withdraw", "0f0f0f0f-1111-4222-8333-444444444444", *HERE),
        ("notifications", "show", "0f0f0f0f-1111-4222-8333-444444444444", *HERE),
    ],
)
def test_what_is_not_there_has_a_code_of_its_own(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(list(words)) == NOT_FOUND
    assert "Who can do it" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("--starts", "tomorrow"),
        ("--starts", "2027-03-02T09:00+01:00"),
        ("--seats", "0"),
        ("--seats", "many"),
    ],
)
def test_words_that_cannot_be_read_are_refused_with_an_example(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["sessions", "change", "FA-1", *HERE, *words])
    assert caught.value.code == REFUSED
    assert words[1] in capsys.readouterr().err


def test_programs_read_why_they_were_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["courses", "add", " ", *HERE, "--title", "A", "--json"]) == REFUSED
    told = capsys.readouterr()
    assert told.out == ""
    said = json.loads(told.err)
    assert (said["code"], said["errors"][0]["field"]) == ("invalid_input", "code")
    assert main(["courses", "show", "NONE", *HERE, "--json"]) == NOT_FOUND
    assert json.loads(capsys.readouterr().err)["code"] == "not_found"


def test_people_read_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ADD_COURSE]) == DONE
    assert "enrolment_type  single" in capsys.readouterr().out
    assert main(["courses", "list", *HERE]) == DONE
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["code", "title"]
    assert row.startswith("FA")
