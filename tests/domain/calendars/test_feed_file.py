"""What a feed is made of: lines, characters and moments as RFC 5545 wants them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from classbell.domain.calendar_feeds.addresses import Subject, feed_of, make_address
from classbell.domain.calendar_feeds.contents import file_of
from classbell.domain.organisations.audit import OPERATOR
from tests.domain.calendars.reader import event_in
from tests.support import a_catalog, a_session, fake_ports

pytestmark = pytest.mark.django_db

TITLE = 'Fæstning; komma, \\ "anført" \\n: ' + "日本語の長い題名🙂" * 9
LONGEST = 75
"""Octets of a line: https://www.rfc-editor.org/rfc/rfc5545#section-3.1"""


def test_long_lines_are_folded_between_letters_and_texts_come_back_as_they_were() -> None:
    # The clocks of Copenhagen go forward at two: two hours on the wall are one.
    zone = ZoneInfo("Europe/Copenhagen")
    session = a_session(
        a_catalog(),
        title=TITLE,
        place="Hall; 1, behind \\ the yard",
        starts_at=datetime(2027, 3, 28, 1, 30, tzinfo=zone),
        ends_at=datetime(2027, 3, 28, 3, 30, tzinfo=zone),
    )
    ports, subject = fake_ports(), Subject(catalog=session.course.catalog)
    make_address(ports, subject=subject, actor=OPERATOR)
    feed = feed_of(subject)
    assert feed is not None
    body = file_of(ports, feed).body
    lines = body.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= LONGEST
    assert all(line.decode() or line == b"" for line in lines), "no letter is cut in two"
    event = event_in(body)
    assert str(event["SUMMARY"]) == f"Fire safety: {TITLE}"
    assert str(event["LOCATION"]) == "Hall; 1, behind \\ the yard"
    assert event["DTSTART"].dt == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    assert event["DTEND"].dt == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
