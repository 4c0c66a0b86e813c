"""Whatever is written into any text: no page runs it, no file carries it on, nothing breaks."""

from __future__ import annotations

import csv
import io
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.db.models import CharField, JSONField, Model, TextField
from django.test.utils import CaptureQueriesContext

from classbell.storage.models import (
    Connection,
    Course,
    CourseSession,
    MailLook,
    Message,
    Person,
    Room,
    SessionGroup,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.test_permissions import ACTS, PAGES, address
from tests.domain.people import Cast
from tests.messages import a_message
from tests.security.hostile import ACTIVE, EVERYTHING, NUL, active_content
from tests.support import NOW, a_group, a_session, an_enrolment

pytestmark = pytest.mark.django_db

WRITTEN: dict[type[Model], tuple[str, ...]] = {
    Course: ("title", "code", "description"),
    CourseSession: ("title", "code", "description", "place", "meeting_url", "cancel_message"),
    SessionGroup: ("title", "code"),
    Person: ("name",),
    Room: ("name", "building", "floor", "city"),
    Message: ("name", "address", "reason", "reason_code"),
    MailLook: ("reply_to_name",),
}
"""Columns that an admin, an import, a program or Microsoft fills with a text of its own choice."""

FORM = {
    "course": "FIRE",
    "code": "FIRE-9",
    "title": "Evening",
    "starts": "2027-03-01T18:00",
    "ends": "2027-03-01T20:00",
    "time_zone": "Europe/Copenhagen",
}
FIELDS = (
    *("address", "body", "cancel_message", "code", "colour", "course", "days", "decision"),
    *("description", "ends", "from", "language", "lobby", "mailbox", "meeting_url", "message"),
    *("name", "owner_address", "people", "person", "place", "q", "reply_to", "reply_to_name"),
    *("room", "seats", "sender_name", "session", "starts", "subject", "text", "time_zone", "title"),
)
ASKED = (
    *("before", "building", "city", "course", "days", "floor", "from", "kind", "language", "month"),
    *("number", "page", "period", "person", "q", "route", "seats", "session", "since", "sort"),
    *("state", "status", "subject", "tab", "to", "until", "who"),
)


@pytest.fixture
def session(cast: Cast, connected: Connection) -> CourseSession:
    """One of everything in the owner's catalog."""
    found = a_session(cast.catalog)
    a_group(found.course)
    an_enrolment(found, cast.learner)
    a_message(cast.catalog, "failed", name="learning@contoso.example")
    MailLook.objects.create(catalog=cast.catalog, changed_at=NOW)
    Room.objects.create(
        organisation=cast.catalog.organisation,
        address="room@contoso.example",
        name="Bergen",
        refreshed_at=NOW,
    )
    return found


def written(text: str) -> None:
    """Put a text into every column of its kind, as far as the column takes it."""
    for model, columns in WRITTEN.items():
        present = {one.name: one for one in model._meta.fields}  # noqa: SLF001 -- Django's own way
        values = {}
        for name in columns:
            column = present.get(name)
            if isinstance(column, CharField | TextField) and not isinstance(column, JSONField):
                values[name] = text[: column.max_length or len(text)]
        if values:
            model._default_manager.update(**values)  # noqa: SLF001 -- the same


def test_every_column_that_is_named_here_is_there() -> None:
    for model, columns in WRITTEN.items():
        assert set(columns) <= {one.name for one in model._meta.fields}, model  # noqa: SLF001 -- Django's own way


@pytest.mark.slow
@pytest.mark.parametrize("kind", EVERYTHING)
def test_no_page_runs_what_it_shows(
    owner: Visitor, cast: Cast, session: CourseSession, kind: str
) -> None:
    written(EVERYTHING[kind])
    owner.client.post("/catalogs/academy/delivery/export")
    cast.catalog.title = EVERYTHING[kind][:200]
    cast.catalog.save()
    found = {}
    for path in [*PAGES, "/search?q=a", "/people/" + str(cast.learner.pk)]:
        page = owner.get(address(path, session))
        is_mail = "sandbox;" in page.header("Content-Security-Policy")
        active = active_content(page.html, is_mail=is_mail)
        if page.status not in {200, 303} or active:
            found[path] = (page.status, active)
    assert not found


def test_the_check_itself_notices_active_content() -> None:
    unescaped = [kind for kind, text in ACTIVE.items() if not active_content(f'<a href="{text}">')]
    assert set(unescaped) <= {"template", "variable", "image", "script", "comment", "htmx"}
    inside = [kind for kind, text in ACTIVE.items() if not active_content(f"<p>{text}</p>")]
    assert set(inside) <= {"link", "template", "variable", "attribute"}
    assert active_content("<p>9801547</p>")


def test_the_exports_hold_no_formula(owner: Visitor, session: CourseSession) -> None:
    for kind in ("equals", "at", "minus", "tab", "header"):
        written(EVERYTHING[kind])
        answer = owner.client.post("/catalogs/academy/delivery/export")
        assert answer.status_code == 200
        text = b"".join(answer).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) == 2
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell.lstrip(" ")[:1] in {*"=+-@\t\r"} - {""}]
        assert "\r" not in answer.headers["Content-Disposition"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", EVERYTHING)
def test_no_form_breaks(owner: Visitor, session: CourseSession, kind: str) -> None:
    owner.client.raise_request_exception = False
    sent = dict.fromkeys(FIELDS, EVERYTHING[kind][:60_000])
    answers: dict[str, str] = {}
    for path in ACTS:
        for form in (sent, sent | FORM):
            answer = owner.client.post(address(path, session), form)
            if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
                answers[path] = "broke"
            elif not answer.streaming and "sandbox;" not in answer["Content-Security-Policy"]:
                found = active_content(answer.content.decode())
                answers |= {path: str(found)} if found else {}
    assert not answers


@pytest.mark.slow
def test_no_question_breaks(owner: Visitor, session: CourseSession) -> None:
    owner.client.raise_request_exception = False
    odd = ("9" * 30, "-1", "٠²", "0001-01-01", "9999-12-31", "2027-13-45", "%[*?\\", "x" * 5000)
    answers = {
        (path, text[:12]): page.status
        for path in PAGES
        for text in odd
        if (
            page := Visitor(owner.client).get(
                address(path, session) + ("&" if "?" in path else "?") + query(text)
            )
        ).status
        >= 500
    }
    assert not answers


def query(text: str) -> str:
    """Return a query that asks with the same text for everything."""
    return urlencode(dict.fromkeys(ASKED, text))


def test_what_no_store_can_keep_is_refused_everywhere(
    owner: Visitor, session: CourseSession
) -> None:
    for path in ACTS:
        page = owner.post(address(path, session), FORM | {"title": NUL})
        assert page.status == 422, path
        assert "cannot be kept" in page.words
    for path in PAGES:
        assert owner.client.get(address(path, session), {"q": NUL}).status_code == 422, path
    assert owner.get("/link/%00").status == 422
    assert not [one for one in Course.objects.all() if "\0" in one.title]


def test_a_description_has_a_limit_everywhere(owner: Visitor, session: CourseSession) -> None:
    long = {"code": "LONG", "title": "Long", "description": "x" * 20_001}
    long |= {"enrolment_type": "multiple"}
    page = owner.post("/catalogs/academy/courses/new", long)
    assert page.status == 422
    assert "The description has 20001 characters." in page.words
    page = owner.post("/catalogs/academy/sessions/new", FORM | long)
    assert "The description has 20001 characters." in page.words
    assert not CourseSession.objects.filter(code="LONG").exists()


def test_a_catalogs_title_has_a_limit(cast: Cast) -> None:
    form = {"title": "x" * 201, "slug": "long", "language": "en", "time_zone": "UTC"}
    page = a_visitor(cast.lms_admin).post("/catalogs", form)
    assert page.status == 422
    assert "The title has 201 characters." in page.words


def test_the_same_name_many_times_is_one_question(
    owner: Visitor, cast: Cast, session: CourseSession
) -> None:
    with CaptureQueriesContext(connection) as asked:
        owner.post(
            f"/catalogs/academy/sessions/{session.pk}/learners/enrol",
            {"people": f"{cast.owner.name}\n" * 5000},
        )
    assert len(asked) < 200
