"""The example files that an import must refuse: one typical mistake each."""

import csv
import io

Row = dict[str, str]

SESSION_COLUMNS = (
    "course_code",
    "course_title",
    "course_description",
    "session_code",
    "session_title",
    "start",
    "end",
    "time_zone",
    "seats",
    "enrolment_deadline",
    "room",
    "place",
    "teams",
    "instructors",
    "description",
)
ENROLMENT_COLUMNS = ("session_code", "address", "name", "object_id")

# File name to what is changed in an otherwise good session.
_SESSION_MISTAKES: dict[str, Row] = {
    "courses-unknown-time-zone.csv": {"time_zone": "Europe/Aarhus"},
    "courses-end-before-start.csv": {"start": "2026-12-01T12:30", "end": "2026-12-01T09:00"},
    "courses-time-that-does-not-exist.csv": {
        "start": "2027-03-28T02:30",
        "end": "2027-03-28T05:00",
        "time_zone": "Europe/Copenhagen",
        "enrolment_deadline": "",
    },
    "courses-date-of-another-country.csv": {"start": "12/01/2026 09:00"},
    "courses-unknown-room.csv": {"room": "attic@contoso.example"},
    "courses-room-that-is-no-address.csv": {"room": "Auditorium, ground floor"},
    "courses-seats-in-words.csv": {"seats": "sixty"},
    "courses-teams-neither-yes-nor-no.csv": {"teams": "maybe"},
    "courses-bad-instructor-address.csv": {"instructors": "zoe.dubois@contoso.example;Rafael"},
    "courses-missing-value.csv": {"session_title": ""},
    "courses-formula.csv": {"session_title": '=HYPERLINK("https://example.com";"Welcome day")'},
}
_ENROLMENT_MISTAKES: dict[str, Row] = {
    "enrolments-bad-address.csv": {"address": "anna.contoso.example"},
    "enrolments-unknown-session.csv": {"session_code": "WELCOME-99"},
    "enrolments-no-name.csv": {"name": ""},
    "enrolments-object-id-that-is-none.csv": {"object_id": "12345"},
    "enrolments-formula.csv": {"name": "+cmd|' /C calc'!A0"},
}


def broken_files(session: Row, enrolment: Row) -> dict[str, bytes]:
    """Return each broken file's name and bytes.

    Args:
        session: a good row of courses.csv, to spoil.
        enrolment: a good row of enrolments.csv, to spoil.
    """
    files = {
        name: _csv(SESSION_COLUMNS, [session | mistake])
        for name, mistake in _SESSION_MISTAKES.items()
    }
    files |= {
        name: _csv(ENROLMENT_COLUMNS, [enrolment | mistake])
        for name, mistake in _ENROLMENT_MISTAKES.items()
    }
    without_zone = tuple(column for column in SESSION_COLUMNS if column != "time_zone")
    # A comma in a text that nobody put quotes around.
    unquoted = _csv(SESSION_COLUMNS, [session]).replace(b'"', b"")
    accents = session | {"session_title": "Willkommenstag für Neue in Århus"}
    files |= {
        "courses-duplicate-session.csv": _csv(SESSION_COLUMNS, [session, session]),
        "courses-missing-column.csv": _csv(without_zone, [session]),
        "courses-comma-without-quotes.csv": unquoted,
        "courses-wrong-encoding.csv": _csv(SESSION_COLUMNS, [accents], encoding="latin-1"),
        "courses-empty.csv": b"",
        "enrolments-duplicate.csv": _csv(ENROLMENT_COLUMNS, [enrolment, enrolment]),
    }
    return files


def _csv(
    columns: tuple[str, ...], rows: list[Row], *, delimiter: str = ",", encoding: str = "utf-8"
) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, columns, extrasaction="ignore", delimiter=delimiter, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
