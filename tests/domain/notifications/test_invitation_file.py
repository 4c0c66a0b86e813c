"""No value of a session can break the file of its invitation, or add a line to it."""

from __future__ import annotations

import re

import pytest
from icalendar import Calendar

from classbell.domain.notifications.invitation import invitation_file
from classbell.storage.models import CourseSession, Entry, Message, Notification
from tests.support import NOW, a_connected_account, a_session, fake_ports

pytestmark = pytest.mark.django_db

EXPECTED = {
    *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "STATUS"),
    "LAST-MODIFIED",
    *("DESCRIPTION", "URL", "ORGANIZER", "ATTENDEE"),
}


@pytest.mark.parametrize(
    "hostile",
    [
        "\rATTENDEE:mailto:evil@evil.example",
        "\nATTENDEE:mailto:evil@evil.example",
        "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil",
        "\0\x01\x0b\x0c\x1c\x1f\x7f\x85\u2028\u2029",
        '";CN=evil:mailto:evil@evil.example',
        "\\nATTENDEE:evil\\",
    ],
)
def test_a_hostile_value_stays_within_its_line(hostile: str) -> None:
    reader = Message(address=f"ana@contoso.example{hostile}", name=f"Ana{hostile}", language="en")
    [file] = invitation_file(fake_ports(), about(stage(hostile)), reader)
    text = file.content.decode()
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]", text)
    assert "\r" not in text.replace("\r\n", "")
    assert "\n" not in text.replace("\r\n", "")
    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert set(event.keys()) == EXPECTED
    assert str(event["ATTENDEE"]).startswith("mailto:ana@contoso.example")
    assert str(event["URL"]).startswith("https://meet.example/")


def test_an_ordinary_link_and_a_title_of_two_lines_are_kept() -> None:
    session = a_session(place="Room 1\r\nsecond floor")
    session.meeting_url = "https://meet.example/join?a=1&b=ü%20"
    session.save()
    [file] = invitation_file(fake_ports(), about(session), None)
    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert event["URL"] == "https://meet.example/join?a=1&b=ü%20"
    assert event["LOCATION"] == "Room 1\nsecond floor"


def stage(hostile: str) -> CourseSession:
    """Return a session all of whose rows hold a hostile text."""
    session = a_session()
    account = a_connected_account(fake_ports(), session.course.catalog)
    account.address = f"bell@contoso.example{hostile}"
    account.save()
    Entry.objects.create(session=session, account=account, requested_at=NOW)
    session.meeting_url = f"https://meet.example/{hostile}"
    session.title = session.place = f"A{hostile}"
    session.save()
    for named in (session.course, session.course.catalog):
        named.title = f"B{hostile}"
        named.save()
    return session


def about(session: CourseSession) -> Notification:
    """Return a notification about a session."""
    return Notification(created_at=NOW, context={"session": str(session.pk)})
