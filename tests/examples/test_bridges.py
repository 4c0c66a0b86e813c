"""Moodle's and Open edX's events, in any order and more than once, end in the same programme."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from classbell.storage.models import Notification
from classbell_client import CatalogClient, Client
from examples.bridge.facts import Facts
from examples.bridge.receive import Bridge, replay
from examples.moodle.translate import FACE_TO_FACE
from examples.moodle.translate import translate as from_moodle
from examples.openedx.translate import translate as from_openedx
from tests.examples.samples import Event, events, files, trust

MOODLE, OPENEDX = "MOODLE-42", "course-v1:Contoso+FA101+2033"
ANA, BO, CLEO = (f"{name}@contoso.example" for name in ("ana.costa", "bo.lind", "cleo.ek"))


@pytest.fixture
def moodle(academy: CatalogClient) -> Bridge:
    return Bridge(academy, Facts(":memory:"), from_moodle, trust, FACE_TO_FACE)


@pytest.fixture
def openedx(academy: CatalogClient) -> Bridge:
    return Bridge(academy, Facts(":memory:"), from_openedx, trust)


def taken(bridge: Bridge, some: list[Event]) -> list[str]:
    """Send events to a bridge, and return what it did."""
    done: list[str] = []
    for headers, body in some:
        status, answer = bridge.receive(headers, body)
        assert status == 200, answer
        done += answer["done"]  # type: ignore[arg-type]  # a list of texts
    return done


def planned(academy: CatalogClient, course: str, code: str) -> None:
    """Plan a session in Classbell itself, as an admin does."""
    found = next(academy.courses(code=course), None) or academy.create_course(course, title="?")
    academy.create_session(
        found,
        code,
        title="In the workshop",
        starts="2033-03-02T09:00",
        ends="2033-03-02T12:00",
        time_zone="Europe/Copenhagen",
    )


def programme(academy: CatalogClient) -> dict[str, Any]:
    """Return all that a learner would notice."""
    return {
        course.title: {
            session.code: (
                session.title,
                session.starts_at,
                sorted(
                    one.person["address"]
                    for one in academy.enrolments(session)
                    if one.state == "enrolled"
                ),
            )
            for session in academy.sessions(course=course)
        }
        for course in academy.courses()
    }


def test_moodle_s_events_become_a_programme(moodle: Bridge, academy: CatalogClient) -> None:
    planned(academy, MOODLE, "F2F-7")
    done = taken(moodle, events("moodle"))
    assert f"renamed the course {MOODLE}" in done
    assert "changed the session MOODLE-311" in done
    assert "took somebody out of MOODLE-311" in done
    end = programme(academy)["First aid at work"]
    assert (end["F2F-7"][2], end["MOODLE-311"][2]) == ([ANA], [ANA])
    assert end["MOODLE-311"][1].startswith("2033-")


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_moodle_s_events_does_not_matter(
    moodle: Bridge, academy: CatalogClient, seed: int
) -> None:
    shuffled = events("moodle") * 2
    random.Random(seed).shuffle(shuffled)
    taken(moodle, shuffled[:8])
    planned(academy, MOODLE, "F2F-7")
    taken(moodle, shuffled[8:])
    end = programme(academy)
    assert set(end) == {"First aid at work"}
    assert {code: people for code, (_, _, people) in end["First aid at work"].items()} == {
        "F2F-7": [ANA],
        "MOODLE-311": [ANA],
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_open_edx_s_events_does_not_matter(
    openedx: Bridge, academy: CatalogClient, seed: int
) -> None:
    planned(academy, OPENEDX, "FA-1")
    shuffled = events("openedx") * 2
    random.Random(seed).shuffle(shuffled)
    taken(openedx, shuffled)
    (session,) = programme(academy)["First aid at work"].values()
    assert session[2] == [ANA]


@pytest.mark.parametrize("platform", ["moodle", "openedx"])
def test_events_that_come_again_do_nothing(
    moodle: Bridge, openedx: Bridge, academy: CatalogClient, platform: str
) -> None:
    bridge = {"moodle": moodle, "openedx": openedx}[platform]
    planned(academy, OPENEDX, "FA-1")
    assert taken(bridge, events(platform))
    before = (programme(academy), Notification.objects.count())
    assert taken(bridge, events(platform)) == []
    assert bridge.settle_all() == []
    assert (programme(academy), Notification.objects.count()) == before


def test_who_was_enrolled_before_there_was_a_session_gets_in_later(
    openedx: Bridge, academy: CatalogClient
) -> None:
    taken(openedx, events("openedx"))
    planned(academy, OPENEDX, "FA-1")
    assert openedx.settle_all() == ["enrolled 1 in FA-1"]


def test_people_of_whom_the_platform_says_nothing_stay(
    openedx: Bridge, academy: CatalogClient
) -> None:
    planned(academy, OPENEDX, "FA-1")
    (session,) = academy.sessions()
    academy.enrol(session, [{"address": "guest@contoso.example"}])
    taken(openedx, events("openedx"))
    (guest,) = (one for one in academy.enrolments(session) if "guest" in one.person["address"])
    assert guest.state == "enrolled"


def test_a_session_that_is_full_keeps_nobody_out_of_the_others(
    openedx: Bridge, academy: CatalogClient
) -> None:
    planned(academy, OPENEDX, "FULL")
    planned(academy, OPENEDX, "ROOMY")
    full, _ = sorted(academy.sessions(), key=lambda one: one.code)
    academy.enrol(academy.change_session(full, seats=1), [{"address": "guest@contoso.example"}])
    status, answer = openedx.receive(*events("openedx")[0])
    assert (status, answer["code"]) == (422, "invalid_input")
    _, roomy = sorted(academy.sessions(), key=lambda one: one.code)
    assert [one.person["address"] for one in academy.enrolments(roomy)] == [ANA]
    academy.change_session(academy.session(full.id), seats=2)
    assert openedx.settle_all() == ["enrolled 1 in FULL"]


def test_a_session_that_moodle_deletes_is_cancelled(moodle: Bridge, academy: CatalogClient) -> None:
    taken(moodle, events("moodle"))
    headers, body = next(one for one in events("moodle") if b"calendar_event_updated" in one[1])
    event = json.loads(body)
    event["eventname"] = "\\core\\event\\calendar_event_deleted"
    event["event"]["timecreated"] += 900
    gone = (headers, json.dumps(event).encode())
    assert taken(moodle, [gone]) == ["cancelled the session MOODLE-311"]
    assert taken(moodle, [gone, *events("moodle")]) == []
    assert [one.cancelled_at is not None for one in academy.sessions()] == [True]


def without(event: dict[str, Any], *path: str) -> dict[str, Any]:
    inner = event
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return event


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda event: without(event, "course"), "«course»"),
        (lambda event: without(event, "relateduser", "email"), "include e-mail"),
        (lambda event: without(event, "event"), "schema 1"),
    ],
)
def test_an_event_that_lacks_something_says_what_to_switch_on(
    moodle: Bridge, spoil: Callable[[dict[str, Any]], dict[str, Any]], said: str
) -> None:
    headers, body = events("moodle")[2]
    status, answer = moodle.receive(headers, json.dumps(spoil(json.loads(body))).encode())
    assert status == 400
    assert said in str(answer["detail"])


def test_what_is_none_of_classbell_s_business_is_taken_and_left(moodle: Bridge) -> None:
    headers, body = events("moodle")[0]
    other = json.loads(body) | {"eventname": "\\core\\event\\badge_awarded"}
    assert moodle.receive(headers, json.dumps(other).encode()) == (200, {"done": []})


def test_while_classbell_is_away_nothing_is_lost(academy: CatalogClient) -> None:
    def away(request: httpx2.Request) -> httpx2.Response:
        message = "Nothing there."
        raise httpx2.ConnectError(message, request=request)

    http = httpx2.Client(transport=httpx2.MockTransport(away), base_url="http://localhost")
    facts = Facts(":memory:")
    dark = Client("", "token", http=http, sleep=lambda _seconds: None).catalog("academy")
    for headers, body in events("openedx"):
        assert Bridge(dark, facts, from_openedx, trust).receive(headers, body)[0] == 503
    planned(academy, OPENEDX, "FA-1")
    assert "enrolled 1 in FA-1" in Bridge(academy, facts, from_openedx, trust).settle_all()


def test_facts_outlast_the_program(academy: CatalogClient, tmp_path: Path) -> None:
    path = tmp_path / "facts.sqlite3"
    assert replay(Bridge(academy, Facts(path), from_openedx, trust), files("openedx")) == 0
    planned(academy, OPENEDX, "FA-1")
    assert Bridge(academy, Facts(path), from_openedx, trust).settle_all() == ["enrolled 1 in FA-1"]
