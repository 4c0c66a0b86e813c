"""Any request at all: any address, header and body, any batch, any message in MIME, any series."""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.graph.harness import Sandbox, event, invited, small_world
from tests.sandbox.graph.test_anything import PRINTABLE, SHORT, THING

LEARNING = "learning@contoso.example"
SEGMENTS = st.sampled_from(
    ["me", "users", f"users('{LEARNING}')", "events", "calendar", "calendars", "calendarView",
     "sendMail", "getSchedule", "places", "microsoft.graph.room", "graph.roomlist", "rooms",
     "$batch", "licenseDetails", "mailboxSettings", "userPurpose", "instances", "accept", "cancel",
     LEARNING, "auditorium@contoso.example", "", "%", "x('')", "delta", "$count", "AAMk"]
) | st.text(PRINTABLE, max_size=8).filter(lambda text: text not in {".", ".."})  # fmt: skip
METHODS = st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE", "get"])
TYPES = ["application/json", "text/plain", "application/json; charset=utf-16", "x", ""]
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Prefer": st.sampled_from(
            [
                'outlook.timezone="Nowhere"',
                'IdType="ImmutableId"',
                "odata.maxpagesize=x",
                '"',
                ",;=",
            ]
        ),
        "If_Match": st.sampled_from(["*", 'W/"abc"', "", ",", '"']),
        "Content_Type": st.sampled_from(TYPES),
        "client_request_id": st.sampled_from(["x", "0" * 32]),
        "Accept": st.sampled_from(["text/html", "*/*"]),
    },
)
STEP = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PATCH", "DELETE", "get"]),
        "url": st.sampled_from(
            ["/me", "/me/events", "https://x/v1.0/me", "//me", "/me/sendMail", "http://[", "?", "é",
             "/$batch", "/me/events/x\x00", "/me/events?$filter=é", "%ff", "/me/" + "a" * 3000]
        ) | st.text(PRINTABLE, max_size=12),
    },
    optional={
        "headers": st.dictionaries(
            st.sampled_from(["Content-Type", "Prefer", "If-Match", "X\r\n", "é", "Host"]),
            st.sampled_from(["application/json", "text/plain", "a\r\nb", "é€", 5, None, [1]]),
            max_size=3,
        ),
        "body": THING | st.just(event()),
        "dependsOn": st.lists(st.sampled_from(["0", "1", 0, None, ["1"]]), max_size=2) | st.none(),
    },
)  # fmt: skip
HEADER_LINES = st.lists(
    st.sampled_from(
        [b"To: ana@contoso.example", b"From: x", b"Subject: =?utf-8?b?//8=?=",
         b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: text/html; charset=nonsense",
         b"Content-Transfer-Encoding: base64", b"To: =?utf-8?q?=C3=A9?= <a@b.c>, ,;<>",
         b"Cc: group: a@b.c;", b'Bcc: "a b"@c.d', b"Content-Type: message/rfc822",
         b"Content-Disposition: attachment; filename*=utf-8''%FF", b"Message-ID: <>"]
    ) | st.binary(max_size=20),
    max_size=6,
)  # fmt: skip
DAYS = st.sampled_from(["2026-12-01", "2028-02-29", "2027-01-31", "4400-12-31", "1700-01-01"])
WEEK = st.lists(st.sampled_from(["monday", "tuesday", "sunday"]), min_size=1, max_size=3)
INDEX = st.sampled_from(["first", "fourth", "last"])
EVERY, MONTH, DAY = st.integers(1, 99), st.integers(1, 12), st.integers(1, 31)
PATTERNS = st.one_of(
    st.fixed_dictionaries({"type": st.just("daily"), "interval": EVERY}),
    st.fixed_dictionaries({"type": st.just("weekly"), "interval": EVERY, "daysOfWeek": WEEK}),
    st.fixed_dictionaries(
        {"type": st.just("absoluteMonthly"), "interval": EVERY, "dayOfMonth": DAY}
    ),
    st.fixed_dictionaries(
        {"type": st.just("relativeYearly"), "interval": EVERY, "daysOfWeek": WEEK, "month": MONTH,
         "index": INDEX}
    ),
)  # fmt: skip
RANGES = st.sampled_from(
    [{"type": "noEnd"}, {"type": "numbered", "numberOfOccurrences": 999},
     {"type": "endDate", "endDate": "4500-08-31"}]
)  # fmt: skip
ZONES = st.sampled_from(["UTC", "Romance Standard Time", "Pacific/Kiritimati", "America/St_Johns"])


@pytest.fixture
def anything() -> Iterator[Sandbox]:
    """Give a sandbox that stays the same through the examples of one test."""
    with asyncio.Runner() as runner:
        yield Sandbox(small_world(), runner)


@SHORT
@given(
    st.lists(SEGMENTS, max_size=6),
    METHODS,
    st.text(PRINTABLE, max_size=20),
    HEADERS,
    st.binary(max_size=40) | THING.map(lambda one: json.dumps(one).encode()),
)
def test_any_address_header_and_body(  # noqa: PLR0917 -- what hypothesis varies
    anything: Sandbox,
    segments: list[str],
    method: str,
    query: str,
    headers: dict[str, Any],
    body: bytes,
) -> None:
    path = "/".join(quote(one, safe="@$'()") for one in segments)
    given_query = quote(query, safe="$=&,'/ ")
    answer = anything.ask(method, f"/{path}?{given_query}", raw=body, **headers)
    assert answer.status_code < 500, answer.text


@SHORT
@given(st.lists(STEP, min_size=1, max_size=4))
def test_any_batch(anything: Sandbox, steps: list[dict[str, Any]]) -> None:
    requests = [{"id": str(number), **step} for number, step in enumerate(steps)]
    answer = anything.ask("POST", "/$batch", {"requests": requests})
    assert answer.status_code in {200, 400}
    parts = answer.json().get("responses", [])
    assert all(part["status"] < 500 for part in parts), answer.text


@SHORT
@given(HEADER_LINES, st.binary(max_size=60))
def test_any_message_in_mime(anything: Sandbox, lines: list[bytes], content: bytes) -> None:
    raw = base64.b64encode(b"\r\n".join([*lines, b"", content]))
    answer = anything.ask("POST", "/me/sendMail", raw=raw, Content_Type="text/plain")
    assert answer.status_code in {202, 400, 403}
    json.dumps(anything.world.mailboxes.received())


@SHORT
@given(PATTERNS, DAYS, RANGES, ZONES, st.integers(0, 23), st.integers(1, 3000))
def test_any_series(  # noqa: PLR0917 -- what hypothesis varies
    anything: Sandbox,
    pattern: dict[str, Any],
    day: str,
    bounds: dict[str, Any],
    zone: str,
    hour: int,
    minutes: int,
) -> None:
    start = datetime.fromisoformat(day) + timedelta(hours=hour)
    end = start + timedelta(minutes=minutes)
    asked = event(
        recurrence={"pattern": pattern, "range": {**bounds, "startDate": day}},
        start={"dateTime": start.isoformat(), "timeZone": zone},
        end={"dateTime": end.isoformat(), "timeZone": zone},
        attendees=invited("auditorium@contoso.example", kind="resource"),
    )
    answer = anything.ask("POST", "/me/events", asked)
    assert answer.status_code in {201, 400}, answer.text
    anything.later(seconds=10)
    far = "startDateTime=4499-01-01&endDateTime=4499-12-31&$top=3"
    near = "startDateTime=2026-12-01&endDateTime=2027-12-01&$top=3"
    for window in (far, near):
        west = 'outlook.timezone="Pacific/Kiritimati"'
        seen = anything.ask("GET", f"/me/calendarView?{window}", Prefer=west)
        assert seen.status_code == 200, seen.text
    anything.world.calendars.restore({"events": []})
