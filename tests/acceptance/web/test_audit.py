"""The audit log as admins read it: who, what, before and after, when and from where."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import RequestFactory

from classbell.config import Settings
from classbell.domain.organisations.audit import OPERATOR, Actor, record
from classbell.domain.organisations.audit_keeping import chain_stragglers
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.storage.audit_chain import canonical, row_hash
from classbell.storage.models import AuditEntry
from classbell.web.origin import origin_of
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.fakes import FakeClock

pytestmark = pytest.mark.django_db

TYPED = {"code": "LAD", "title": "Ladders", "enrolment_type": "multiple"}
LOG = "/catalogs/academy/audit"


def an_act(ports: Ports, cast: Cast, subject: str = "course:FIRE", **said: object) -> AuditEntry:
    facts = {"action": "course.changed", "actor": Actor.of(cast.owner), "catalog": cast.catalog}
    return record(ports, subject=subject, **(facts | said))  # type: ignore[arg-type]  # words of a test


def test_an_act_is_shown_with_what_changed_and_from_where(cast: Cast, owner: Visitor) -> None:
    owner.client.post("/catalogs/academy/courses/new", TYPED, REMOTE_ADDR="10.1.2.3")
    entry = AuditEntry.objects.get(action="course.created")
    assert entry.address == "10.1.2.3"
    page = owner.get(LOG)
    assert "Course created" in page.words
    assert "Mai Nielsen" in page.words
    assert "10.1.2.3" in page.words
    assert entry.request_id in page.words
    table = page.html[page.html.index('class="changes"') :]
    assert "Ladders" in table


def test_what_changed_is_named_in_the_language_of_the_page(
    ports: Ports, cast: Cast, owner: Visitor
) -> None:
    an_act(ports, cast, before={"starts_at": "9:00"}, after={"starts_at": "10:00"})
    an_act(ports, cast, after={"changed": ["event_types", "url"], "old word": 1})
    an_act(ports, cast, before={"role": "course_admin"}, after={})
    table = owner.get(LOG).words
    for words in (
        "Starts 9:00 10:00",
        "Role Course admin",
        "Changed Kinds of events, Address",
        "old word 1",
    ):
        assert words in table
    cast.owner.language = "de"
    cast.owner.save()
    assert "Geändert Arten von Ereignissen, Adresse" in owner.get(LOG).words


def test_the_answer_says_the_number_of_its_request(cast: Cast, owner: Visitor) -> None:
    answer = owner.client.post("/catalogs/academy/courses/new", TYPED)
    assert AuditEntry.objects.get(action="course.created").request_id == answer["X-Request-ID"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("who=mai", {"course:1", "course:2"}),
        ("who=operator", {"session:3"}),
        ("group=session", {"session:3"}),
        ("subject=SE:1", {"course:1"}),
        ("period=7", {"course:2", "session:3"}),
        ("group=nonsense&period=nonsense&before=nonsense", {"course:1", "course:2", "session:3"}),
    ],
)
def test_acts_are_found_by_person_act_subject_and_period(
    ports: Ports, cast: Cast, owner: Visitor, query: str, shown: set[str]
) -> None:
    clock = ports.clock
    assert isinstance(clock, FakeClock)
    an_act(ports, cast, "course:1")
    clock.advance(timedelta(days=8))
    an_act(ports, cast, "course:2")
    an_act(ports, cast, "session:3", action="session.changed", actor=OPERATOR)
    text = owner.get(f"{LOG}?{query}").words
    assert {one for one in ("course:1", "course:2", "session:3") if one in text} == shown


def test_pages_go_on_where_the_one_before_ended(ports: Ports, cast: Cast, owner: Visitor) -> None:
    for number in range(120):
        an_act(ports, cast, f"course:number-{number:03}")
    seen: list[str] = []
    address = f"{LOG}?who=mai"
    for _ in range(3):
        page = owner.get(address)
        seen += [word for word in page.words.split() if word.startswith("course:number-")]
        address = next((one for one in page.links() if "before=" in one), "")
    assert seen == [f"course:number-{number:03}" for number in reversed(range(120))]
    assert address == ""


def test_only_what_is_the_catalogs_own_is_shown(ports: Ports, cast: Cast) -> None:
    an_act(ports, cast, "course:ours")
    an_act(ports, cast, "course:sales", catalog=cast.other_catalog)
    an_act(ports, cast, "course:foreign", catalog=cast.foreign_catalog)
    for person, status in ((cast.owner, 200), (cast.colleague, 403), (cast.stranger, 404)):
        assert a_visitor(person).get(LOG).status == status
        assert a_visitor(person).client.post(f"{LOG}/export").status_code == status
    text = a_visitor(cast.owner).get(LOG).words
    assert "course:ours" in text
    assert "course:sales" not in text
    for person, seen in (
        (cast.lms_admin, {"course:ours", "course:sales"}),
        (cast.stranger, {"course:foreign"}),
    ):
        text = a_visitor(person).get("/audit").words
        found = {one for one in ("course:ours", "course:sales", "course:foreign") if one in text}
        assert found == seen
    for person in (cast.owner, cast.colleague, cast.learner):
        assert a_visitor(person).get("/audit").status == 403
        assert a_visitor(person).post("/audit/export").status == 403


def exported(visitor: Visitor, form: str, where: str = f"{LOG}/export") -> str:
    answer = visitor.client.post(where, {"format": form, "who": "Mai"})
    assert answer.status_code == 200
    assert f".{form}" in answer["Content-Disposition"]
    return answer.getvalue().decode("utf-8-sig")


def chained(cast: Cast) -> None:
    """Chain what a test's transaction, which never ends, has not."""
    chain_stragglers(cast.catalog.organisation_id)


def test_the_file_is_safe_in_a_spreadsheet(ports: Ports, cast: Cast, owner: Visitor) -> None:
    an_act(ports, cast, "=HYPERLINK(1)", after={"title": "=1+1"})
    chained(cast)
    rows = list(csv.DictReader(io.StringIO(exported(owner, "csv"))))
    assert [row["subject"] for row in rows] == ["'=HYPERLINK(1)", ""]
    assert rows[0]["after"] == '{"title": "=1+1"}'
    assert (rows[-1]["action"], len(rows[-1]["hash"])) == ("end of the record", 64)
    assert AuditEntry.objects.filter(action="audit.exported").count() == 1


def test_whoever_keeps_the_file_can_check_it_without_us(
    ports: Ports, cast: Cast, owner: Visitor
) -> None:
    an_act(ports, cast, after={"title": "Führung ☂", "share": 1.5})
    chained(cast)
    act, end = map(json.loads, exported(owner, "jsonl").splitlines())
    told = act.pop("hash")
    entry = AuditEntry.objects.values().get(action="course.changed")
    written = json.dumps(act, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert written.encode() == canonical(entry)
    assert told == row_hash(entry)
    assert len(end["end_of_the_record"]["hash"]) == 64


PROXIES = Settings(trusted_proxies="10.0.0.0/8, 2001:db8::/32").proxies


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.9", "198.51.100.7"),
        ("10.0.0.1", "nonsense, 10.0.0.9", "10.0.0.9"),
        ("2001:db8::1", "[2001:db9::7]:443", "2001:db9::7"),
        ("::ffff:10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("", "198.51.100.7", ""),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, address: str) -> None:
    made = RequestFactory().get(
        "/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded, "X-Request-ID": "from-afar"}
    )
    found = origin_of(made, PROXIES)
    assert found.address == address
    trusted = peer not in {"192.0.2.1", ""}
    assert (found.request_id == "from-afar") is trusted


def test_what_is_no_network_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigurationFault, match="names no networks"):
        _ = Settings(trusted_proxies="our proxy").proxies


def test_nothing_matches_and_the_page_says_so(cast: Cast, owner: Visitor) -> None:
    page: Page = owner.get(f"{LOG}?who=nobody")
    assert "Nothing matches" in page.words
