"""What a soak compares in the end: mail, calendars and webhooks, each with what others have."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import SERVICE_ACCOUNT
from tests.receiver import Receiver

MESSAGE_HEADER = "x-classbell-message"
SESSION_PROPERTY = "Name ClassbellSession"
ARRIVED = {"accepted", "delivered"}
TOLD = {"accepted": "message.accepted", "failed": "message.failed", "unknown": "message.unknown"}
"""States in which a message ends, and the event that says so."""
Row = Mapping[str, Any]


def check_mail(rows: Sequence[Row], mails: Sequence[Row], notices: Mapping[str, str]) -> None:
    """Compare the ledger with what arrived.

    A notice of an admin is carried by envelopes for many, which name no single message: it is
    known by its subject, which no other has, and by the address it was delivered to.

    Args:
        rows: of ``deliveries list``, all.
        mails: what the sandbox received.
        notices: id of each notification an admin wrote, with its subject.

    Raises:
        AssertionError: they differ.
    """
    arrived: Counter[str] = Counter()
    by_subject = {
        (notices[row["notification_id"]], row["address"].casefold()): str(row["id"])
        for row in rows
        if row["notification_id"] in notices
    }
    for mail in mails:
        named = [one["value"] for one in mail["headers"] if one["name"].lower() == MESSAGE_HEADER]
        known = by_subject.get((mail["subject"], mail["deliveredTo"].casefold()))
        arrived.update(named or ([known] if known else []))
    states = {str(row["id"]): row["state"] for row in rows}
    missing = {key for key, state in states.items() if state in ARRIVED and not arrived[key]}
    assert not missing, f"{len(missing)} are called accepted and never arrived"
    resent = {str(row["id"]) for row in rows if int(row["attempts"]) > 1}
    doubled = {key for key, number in arrived.items() if number > 1} - resent
    assert not doubled, f"{len(doubled)} arrived twice without a second attempt"
    lost = {key for key, state in states.items() if state == "failed" and arrived[key]}
    assert not lost, f"{len(lost)} are called failed and arrived"


def calendar_differences(stage: Stage) -> list[str]:
    """Compare the account's calendar with the sessions of the catalog.

    Returns:
        What differs, in plain words; empty where each published session that was ahead when it
        could be written stands there once, at its times, and a cancelled one nowhere.
    """
    found = stage.control("GET", f"/mailboxes/{SERVICE_ACCOUNT}/events")["events"]
    standing = defaultdict(list)
    for event in found:
        refs = [v for name, v in event["extended"].items() if name.endswith(SESSION_PROPERTY)]
        if refs and not event["is_cancelled"]:
            standing[refs[0]].append(event)
    wrong, now = [], stage.now()
    for row in stage.rows("sessions", "list", "--catalog", "academy"):
        events = standing.pop(row["id"], [])
        ahead = datetime.fromisoformat(row["ends_at"]) > now
        if row["cancelled_at"] or not row["published"]:
            wrong += [f"{row['code']} is cancelled and stands there"] * len(events)
        elif len(events) > 1 or (ahead and not events):
            wrong.append(f"{row['code']} stands there {len(events)} times")
        wrong += [f"{row['code']} has other times" for one in events if times(one) != times(row)]
    return wrong + [f"{ref} is no session" for ref in standing]


def times(row: Row) -> tuple[datetime, datetime]:
    """Return beginning and end, of an event of the sandbox or of a session."""
    names = ("start", "end") if "uid" in row else ("starts_at", "ends_at")
    begins, ends = (datetime.fromisoformat(row[name]) for name in names)
    return begins, ends


@dataclass
class Hooks:
    """An address that is told of the catalog's events, and what it was told.

    Every signature is verified when it arrives, by the reference library, not by ours. ``before``
    are the messages that had ended before the address was named.
    """

    receiver: Receiver
    secret: str
    before: frozenset[str]
    seen: int = 0
    events: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, stage: Stage, receiver: Receiver) -> Hooks:
        """Have the academy's events sent to the receiver."""
        kinds = ("session.created", "session.cancelled", "session.entry_created", *TOLD.values())
        chosen = [word for kind in kinds for word in ("--event", kind)]
        words = ("webhooks", "add", receiver.url, "--catalog", "academy", *chosen, "--json")
        secret = json.loads(stage.command(*words))["secret"]
        earlier = stage.rows("deliveries", "list", "--catalog", "academy")
        return cls(receiver, secret, frozenset(str(row["id"]) for row in earlier))

    def verify(self) -> None:
        """Verify what arrived since the last time, and keep what it says.

        Raises:
            standardwebhooks.WebhookVerificationError: a signature is not right.
        """
        new = self.receiver.received[self.seen :]
        self.seen += len(new)
        for one in new:
            told = Webhook(self.secret).verify(one.body, one.headers)
            known = self.events.setdefault(one.headers["webhook-id"], told)
            assert known == told, "two events have one id"

    def missing(self, stage: Stage) -> list[str]:
        """Return what happened to messages and sessions and was not told.

        Raises:
            AssertionError: something was told as two events, or the webhook was switched off.
        """
        (row,) = stage.rows("webhooks", "list")
        assert row["on"] == "yes", f"the webhook was switched off: {row['reason']}"
        self.verify()
        told = Counter(
            (one["type"], str(one["data"].get("message") or one["data"].get("session")))
            for one in self.events.values()
        )
        once = {"session.created", "session.cancelled"}
        doubled = [key for key, number in told.items() if number > 1 and key[0] in once]
        assert not doubled, f"{len(doubled)} events were told as two: {doubled[:5]}"
        return [" ".join(key) for key in sorted(self._due(stage) - set(told))]

    def _due(self, stage: Stage) -> set[tuple[str, str]]:
        """Return what must have been told: the kind of an event, and whom or what it is about."""
        rows = stage.rows("deliveries", "list", "--catalog", "academy", "--limit", "100000")
        due = {
            (TOLD[row["state"]], str(row["id"]))
            for row in rows
            if row["state"] in TOLD and str(row["id"]) not in self.before
        }
        for row in stage.rows("sessions", "list", "--catalog", "academy"):
            due.add(("session.created", row["id"]))
            if row["cancelled_at"]:
                due.add(("session.cancelled", row["id"]))
            if row["entry"] == "created":
                due.add(("session.entry_created", row["id"]))
        return due
