"""Running every kind of call once against the configured cloud, as one connected account."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from classbell.domain.connections.scopes import MAILBOX_SETTINGS, has
from classbell.domain.connections.tokens import renew
from classbell.ports.bundle import Ports
from classbell.ports.calendar import DesiredEntry
from classbell.ports.errors import ProviderFailure
from classbell.ports.mail import Address, Mail, Mailbox
from classbell.storage.models import Account

SUBJECT = "Classbell tries this connection"
AHEAD = timedelta(days=300)
"""So far ahead that the entry, which exists for seconds, is in nobody's way."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of call and what came of it: ``ok``, or the verdict with Microsoft's code."""

    name: str
    outcome: str


def probe(ports: Ports, account: Account, *, writing: bool) -> Iterator[Step]:
    """Run every kind of call once and yield what came of each. Uses the network.

    Args:
        ports: the outside world.
        account: a connected account; everything happens in its own mailbox.
        writing: also write an entry without attendees and cancel it, and send one mail to the
            account itself.
    """
    journey = f"{ports.base_url}/signin/callback"
    yield _step(
        "sign-in begins",
        lambda: ports.identity.begin_sign_in(redirect_uri=journey, state="probe"),
    )
    try:
        mailbox = renew(ports, account.pk)
    except ProviderFailure as failure:
        yield _failed("token renewed", failure)
        return
    yield Step("token renewed", "ok")
    yield from _reading(ports, mailbox)
    if writing:
        yield from _writing(ports, mailbox, account)


def _reading(ports: Ports, mailbox: Mailbox) -> Iterator[Step]:
    """Read the account, its calendar and the rooms."""
    now = ports.clock.now()
    rooms: list[str] = []
    yield _step("profile", lambda: ports.account_facts.profile(mailbox))
    yield _step("licences", lambda: ports.account_facts.service_plans(mailbox))
    if has(mailbox.granted or frozenset(), MAILBOX_SETTINGS):
        yield _step("kind of mailbox", lambda: ports.account_facts.mailbox_purpose(mailbox))
    yield _step("calendar", lambda: ports.calendar.facts(mailbox))
    yield _step(
        "rooms", lambda: rooms.extend(room.address for room in ports.rooms.list_rooms(mailbox))
    )
    if rooms:
        yield _step(
            "free time of a room",
            lambda: ports.rooms.availability(
                mailbox, tuple(rooms[:1]), now, now + timedelta(hours=1)
            ),
        )
    yield _step("an entry that is not there", lambda: ports.calendar.find(mailbox, "probe"))


def _writing(ports: Ports, mailbox: Mailbox, account: Account) -> Iterator[Step]:
    """Create, find, change and cancel an entry, and send a mail to the account itself."""
    entry, calendar = _entry(ports), ports.calendar
    yield _step("entry created", lambda: calendar.create(mailbox, entry))
    yield _step("entry created again", lambda: calendar.create(mailbox, entry))
    found = None
    try:
        found = calendar.find(mailbox, entry.session_ref)
    except ProviderFailure as failure:
        yield _failed("entry found", failure)
    if found is not None:
        here = found
        yield Step("entry found", "ok")
        changed = replace(entry, subject=f"{SUBJECT} (changed)")
        yield _step("entry changed", lambda: calendar.update(mailbox, here, changed))
        yield _step("entry read", lambda: calendar.get(mailbox, here.event_id))
        yield _step("entry cancelled", lambda: calendar.cancel(mailbox, here.event_id, "Done."))
    mail = Mail(SUBJECT, "<p>It works.</p>", to=(Address(account.address, account.name),))
    yield _step("mail to itself", lambda: ports.mail.send(mailbox, mail))


def _entry(ports: Ports) -> DesiredEntry:
    """Make an entry that invites nobody."""
    starts_at = ports.clock.now().replace(minute=0, second=0, microsecond=0) + AHEAD
    return DesiredEntry(
        session_ref=f"probe-{uuid.uuid4()}",
        transaction_id=str(uuid.uuid4()),
        subject=SUBJECT,
        html="<p>This entry is removed at once.</p>",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15),
        time_zone="UTC",
        place="",
        attendees=(),
        online=True,
    )


def _step(name: str, action: Callable[[], object]) -> Step:
    """Do one thing and say what came of it."""
    try:
        action()
    except ProviderFailure as failure:
        return _failed(name, failure)
    return Step(name, "ok")


def _failed(name: str, failure: ProviderFailure) -> Step:
    verdict = failure.verdict
    return Step(name, f"{verdict.kind.value} {verdict.code}".strip())
