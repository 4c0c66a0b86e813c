"""The second half of the story: real input, rooms, meetings, mail at the pace, disconnecting."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from classbell.cli.demo.connecting import PANEL
from classbell.cli.demo.stage import Stage, hold, until
from classbell.cli.showcase import LENA, MAI, SERVICE_ACCOUNT

MINUTE_SECONDS = 60
MOST_PER_MINUTE = 28
MOST_MINUTES = 40
UNDER_WAY = ("Being requested", "Not requested", "Requested")
SETTLED = frozenset({"accepted", "delivered", "not_sent", "expired", "failed", "cancelled"})
CONFIRMATION = "You are enrolled:"
ASSIGNMENT = "You teach:"
ALERT = "Connection lost:"
HOURS_OF_A_TOKEN = 2


def import_programme(stage: Stage) -> str:
    """Import a training programme and read how many messages it causes, and until when."""
    examples: Path = stage.notes["examples"]
    stage.notes["import_begun"] = stage.now()
    said = stage.command(
        "import",
        *("--catalog", "academy"),
        str(examples / "courses.csv"),
        str(examples / "enrolments.csv"),
    )
    hold("messages" in said, f"The import does not say what it causes: {said}")
    line = next(line for line in said.splitlines() if "messages" in line)
    again = stage.command(
        "import",
        *("--catalog", "academy"),
        str(examples / "courses.csv"),
        str(examples / "enrolments.csv"),
    )
    hold("0 messages" in again or "nothing" in again.lower(), f"Twice imports twice: {again}")
    return f"{line.strip()}; a second import changes nothing"


def rooms_and_meetings(stage: Stage) -> str:
    """Rooms are requested as the account and answer; Teams meetings have join links."""
    until("the sessions page to show answers", lambda: _page_is_settled(stage))

    def settled() -> list[dict[str, str]]:
        stage.advance(5)
        rows = stage.rows("sessions", "list", "--catalog", "academy")
        upcoming = [row for row in rows if datetime.fromisoformat(row["starts_at"]) > stage.now()]
        done = [
            row
            for row in upcoming
            if row["entry"] == "created"
            and (not row["room_address"] or row["room_answer"] == "accepted")
        ]
        stage.notes["sessions"] = upcoming
        return done if len(done) == len(upcoming) else []

    done = until("every session's entry and room", settled)
    with_room = [row for row in done if row["room_address"]]
    online = [row for row in done if row["join_url"]]
    hold(with_room, "No session has a room.")
    hold(online, "No session has a Teams link.")
    hold(not [row for row in done if row["problem"]], "A session reports a problem.")
    return (
        f"{len(done)} entries in the account's calendar, {len(with_room)} rooms accepted, "
        f"{len(online)} join links"
    )


def _page_is_settled(stage: Stage) -> bool:
    """Move the clock on and tell whether the sessions page still shows something under way."""
    stage.advance(5)
    text = stage.browser.open(f"{stage.places.base_url}/catalogs/academy/sessions").text
    return not any(word in text for word in UNDER_WAY)


def mail_at_the_pace(stage: Stage) -> str:
    """All that the import tells leaves through sendMail, at the pace, by the moved clock."""
    left = _when_this_minute_is_used_up(stage).get("queued", 0)
    for _ in range(MOST_MINUTES):
        expected = min(MOST_PER_MINUTE, left)
        if not expected:
            break
        stage.advance(MINUTE_SECONDS + 1)
        _wait_for(stage, expected, since=stage.now() - timedelta(seconds=1))
        left -= expected
    until("the ledger to be settled", lambda: set(sums(stage)) <= SETTLED)
    counted, mails = sums(stage), arrived(stage)
    busiest = _busiest_minute([datetime.fromisoformat(mail["time"]) for mail in mails])
    hold(busiest <= MOST_PER_MINUTE, f"{busiest} mails in one minute.")
    doubled = [who for who, count in Counter(key(mail) for mail in mails).items() if count > 1]
    hold(not doubled, f"Somebody got a mail twice: {doubled[:3]}")
    hold(len(mails) + 1 == counted.get("accepted"), f"{len(mails)} arrived, the ledger: {counted}")
    return (
        f"{len(mails)} mails to learners and instructors arrived, none twice, at most {busiest} "
        "in any minute; "
        f"the ledger agrees: {counted}"
    )


def invitation_in_the_calendar(stage: Stage) -> str:
    """A learner finds the invitation, with place and join link, beside the confirmation."""
    session = next(
        row for row in stage.notes["sessions"] if row["room_address"] and row["join_url"]
    )
    invited = {
        str(mail["deliveredTo"])
        for mail in stage.received()
        if mail["meeting"] and session["join_url"] in mail["html"] and "Place: " in mail["text"]
    }
    confirmed = {str(mail["deliveredTo"]) for mail in _confirmations(stage)}
    learners = sorted(invited & confirmed)
    hold(
        len(learners) == int(session["enrolled"]),
        f"{session['code']} has {session['enrolled']} learners; invited are {learners}.",
    )
    return f"all {len(learners)} learners of {session['code']} have it, such as {learners[0]}"


def lose_the_connection(stage: Stage) -> str:
    """When the connection is lost, sending stops, mail is held, and admins get an email."""
    stage.control("POST", f"/people/{SERVICE_ACCOUNT}/revoke-sessions")
    stage.advance(HOURS_OF_A_TOKEN * 3600)
    late = enrol_late(stage, "late.learner@partner.example")
    stage.notes["late learner"] = late
    until("the late learner's message to be held", lambda: sums(stage).get("held"))
    for who in (MAI, LENA):
        alerts = until(f"the alert to {who.name}", partial(_alerts, stage, who.address))
        hold(len(alerts) == 1, f"{who.name} was alerted {len(alerts)} times.")
    hold(not stage.received(late), "Something was sent through the lost connection.")
    page = stage.browser.open(f"{stage.places.base_url}/catalogs/academy")
    hold("Reconnect" in page.text, "The catalog's pages do not say so.")
    return "held, not sent; catalog admin and LMS admin have one alert each, by another route"


def disconnect(stage: Stage) -> str:
    """Disconnect, confirmed; afterwards nothing leaves, and what falls due is kept."""
    browser = stage.browser
    browser.open(f"{stage.places.base_url}{PANEL}")
    browser.press("Disconnect")
    hold("Cancel" in browser.page.text, "Disconnecting was not confirmed.")
    browser.press("Disconnect")
    page = browser.open(f"{stage.places.base_url}{PANEL}")
    hold("Connect" in page.text and "Disconnect" not in page.text, "Still connected.")
    arrived = len(stage.received())
    enrol_late(stage, "later.learner@partner.example")
    until("the later learner's message to be held", lambda: sums(stage).get("held"))
    stage.advance(MINUTE_SECONDS)
    hold(len(stage.received()) == arrived, "Something was sent after disconnecting.")
    return "confirmed with one click; a later enrolment's message is held, nothing is sent"


SUMS = ("deliveries", "sums", "--catalog", "academy")


def enrol_late(stage: Stage, address: str) -> str:
    """Enrol one more learner, by an import, in a session that has seats left."""
    taken = stage.notes.setdefault("late", set())
    session = next(
        row["code"]
        for row in reversed(stage.notes["sessions"])
        if int(row["enrolled"]) < int(row["seats"] or 1_000) and row["code"] not in taken
    )
    taken.add(session)
    file = stage.places.folder / "late.csv"
    file.write_text(
        f"session_code,address,name\n{session},{address},Late Learner\n", encoding="utf-8"
    )
    courses = stage.notes["examples"] / "courses.csv"
    stage.command("import", "--catalog", "academy", str(courses), str(file))
    return address


def _alerts(stage: Stage, address: str) -> list[dict[str, Any]]:
    """Return the alerts about a lost connection in somebody's mailbox."""
    return [mail for mail in stage.received(address) if mail["subject"].startswith(ALERT)]


def key(mail: dict[str, object]) -> tuple[str, str]:
    """Return what makes two mails the same to their reader."""
    return str(mail["deliveredTo"]), str(mail["subject"])


def sums(stage: Stage) -> dict[str, int]:
    """Return the catalog's messages by state."""
    return {row["state"]: int(row["messages"]) for row in stage.rows(*SUMS)}


def _when_this_minute_is_used_up(stage: Stage) -> dict[str, int]:
    """Return the messages by state once nothing is on the wire and nothing more may leave.

    The clock must not jump while a mail is on the wire, or it would arrive in the next minute.
    """
    last: dict[str, int] = {}

    def still() -> dict[str, int] | None:
        nonlocal last
        before, last = last, sums(stage)
        return last if last == before and "sending" not in last else None

    return until("the minute's budget to be used up", still)


def _confirmations(stage: Stage) -> list[dict[str, Any]]:
    """Return the confirmations that have arrived in any mailbox."""
    return [mail for mail in arrived(stage) if mail["subject"].startswith(CONFIRMATION)]


def arrived(stage: Stage, since: datetime | None = None) -> list[dict[str, Any]]:
    """Return what learners and instructors were told of an import, in any mailbox."""
    told = (CONFIRMATION, ASSIGNMENT)
    return [mail for mail in stage.received(since=since) if mail["subject"].startswith(told)]


def _wait_for(stage: Stage, expected: int, *, since: datetime) -> None:
    """Wait until as many mails have arrived as the pace allows for this minute."""
    until(
        f"{expected} mails of this minute",
        lambda: len(arrived(stage, since)) >= expected,
    )


def _busiest_minute(times: list[datetime]) -> int:
    """Return the most mails in any sliding minute."""
    ordered = sorted(times)
    most = start = 0
    for end, moment in enumerate(ordered):
        while moment - ordered[start] >= timedelta(minutes=1):
            start += 1
        most = max(most, end - start + 1)
    return most
