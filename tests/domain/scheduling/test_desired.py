"""The desired entry: a pure function of the session."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from classbell.domain.scheduling.applied import Applied, to_send, written
from classbell.domain.scheduling.desired import (
    MOST_ATTENDEES,
    Participant,
    SessionPicture,
    beyond_entry,
    desired_entry,
)
from classbell.domain.scheduling.schedule_of_looks import next_look
from classbell.ports.calendar import (
    Answer,
    AttendeeAnswer,
    AttendeeKind,
    DesiredEntry,
    EntrySnapshot,
)

SESSION = UUID("11111111-1111-4111-8111-111111111111")
START = datetime(2026, 12, 1, 8, tzinfo=UTC)


def people(count: int, word: str = "learner") -> tuple[Participant, ...]:
    return tuple(
        Participant(uuid4(), f"{word}{n}@contoso.example", f"{word} {n}") for n in range(count)
    )


PICTURE = SessionPicture(
    session_id=SESSION,
    catalog_title="Contoso Academy",
    course_title="Fire safety",
    title="Morning",
    description="Bring your badge.\n\nAnd a pen.",
    starts_at=START,
    ends_at=START + timedelta(hours=2),
    time_zone="Europe/Copenhagen",
    room_address="harbour@contoso.example",
    room_name="Harbour",
    place="",
    teams_meeting=True,
    instructors=people(1, "teacher"),
    learners=people(2),
    organiser="learning@contoso.example",
)


def snapshot(entry: DesiredEntry, **changed: object) -> EntrySnapshot:
    found = EntrySnapshot(
        event_id="e",
        etag="1",
        ical_uid="u",
        subject=entry.subject,
        html=entry.html,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        place=entry.place,
        answers=tuple(
            AttendeeAnswer(a.address.address, a.kind, Answer.NONE) for a in entry.attendees
        ),
        online=entry.online,
        join_url="https://teams.example/x" if entry.online else "",
    )
    return replace(found, **changed)  # type: ignore[arg-type]  # any field


def test_an_entry_shows_the_session_and_hides_people_from_each_other() -> None:
    entry = desired_entry(PICTURE, 1)
    assert entry.subject == "Fire safety: Morning"
    assert entry.place == "Harbour"
    assert entry.online
    assert entry.hide_attendees
    assert entry.session_ref == str(SESSION)
    assert entry.transaction_id == f"classbell-{SESSION}-1"
    assert [(a.address.address, a.kind) for a in entry.attendees] == [
        ("teacher0@contoso.example", AttendeeKind.REQUIRED),
        ("learner0@contoso.example", AttendeeKind.REQUIRED),
        ("learner1@contoso.example", AttendeeKind.REQUIRED),
        ("harbour@contoso.example", AttendeeKind.RESOURCE),
    ]
    assert "2026" not in entry.html, "when it is, the event says"
    assert "<p>Bring your badge.</p><p>And a pen.</p>" in entry.html


def test_the_same_session_makes_the_same_entry_and_a_new_generation_another() -> None:
    assert desired_entry(PICTURE, 1) == desired_entry(PICTURE, 1)
    assert desired_entry(PICTURE, 2).transaction_id != desired_entry(PICTURE, 1).transaction_id


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_admins_write_is_text_and_never_markup(
    title: str, description: str, place: str, name: str
) -> None:
    wild = "<script>alert(1)</script>"
    picture = replace(
        PICTURE,
        title=title + wild,
        description=description + wild,
        place=place + wild,
        course_title=wild,
        catalog_title=wild,
        instructors=(Participant(uuid4(), "a@b.example", name + wild),),
    )
    assert "<script" not in desired_entry(picture, 1).html


def test_nobody_is_asked_twice_and_the_organiser_not_at_all() -> None:
    teacher = PICTURE.instructors[0]
    picture = replace(
        PICTURE,
        learners=(
            Participant(uuid4(), teacher.address.upper(), "Same"),
            Participant(uuid4(), "Learning@contoso.example", "The account"),
            *PICTURE.learners,
        ),
    )
    assert len(desired_entry(picture, 1).attendees) == 4


def test_who_enrolled_last_goes_by_mail_when_the_event_is_full() -> None:
    picture = replace(PICTURE, learners=people(600))
    entry = desired_entry(picture, 1)
    assert len(entry.attendees) == MOST_ATTENDEES
    assert beyond_entry(picture) == picture.learners[498:]
    assert entry.attendees[-1].kind is AttendeeKind.RESOURCE
    assert beyond_entry(PICTURE) == ()


def test_a_free_text_place_stands_beside_the_room() -> None:
    entry = desired_entry(replace(PICTURE, place="Second floor"), 1)
    assert entry.place == "Second floor"
    assert "Second floor (Harbour)" in entry.html


def test_what_exchange_rewrote_is_not_sent_again() -> None:
    wanted = desired_entry(PICTURE, 1)
    alias = tuple(
        replace(a, address="teacher.main@contoso.example") if "teacher" in a.address else a
        for a in snapshot(wanted).answers
    )
    rewritten = snapshot(wanted, subject="Fire safety: Morning ", answers=alias)
    memory = Applied.read(written(wanted, rewritten).stored())
    sent = to_send(wanted, rewritten, memory, online=False)
    assert sent.subject == rewritten.subject
    assert {a.address.address for a in sent.attendees} == {a.address for a in alias}


def test_what_somebody_edited_is_sent_again() -> None:
    wanted = desired_entry(PICTURE, 1)
    memory = written(wanted, snapshot(wanted))
    edited = snapshot(wanted, subject="Something else", place="Elsewhere", answers=())
    sent = to_send(wanted, edited, memory, online=False)
    assert (sent.subject, sent.place) == (wanted.subject, wanted.place)
    assert sent.attendees == wanted.attendees


def look(waited: timedelta, *, room: bool = True, link: bool = False) -> timedelta | None:
    since = START - timedelta(days=1)
    again = next_look(since=since, now=since + waited, until=START, room_open=room, link_open=link)
    return None if again is None else again - since


def test_looks_are_close_at_first_and_rare_later() -> None:
    waits = [timedelta(0)]
    while len(waits) < 6:
        again = look(waits[-1])
        assert again is not None
        waits.append(again)
    assert [wait.total_seconds() for wait in waits] == [0, 5, 20, 80, 980, 1880]
    assert look(timedelta(minutes=10), room=False, link=True) == timedelta(hours=6, minutes=10)


def test_looking_ends_with_the_answer_or_the_start() -> None:
    assert look(timedelta(0), room=False) is None
    assert look(timedelta(days=1)) is None
    assert look(timedelta(hours=23, minutes=55)) == timedelta(days=1)
