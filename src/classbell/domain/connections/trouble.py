"""What passes by itself, or so it should: when it does not, the operator is told.

A fault of Microsoft's that passes is no loss, and one message that Microsoft cannot use stops no
other. But nobody would notice that either goes on for ever, so every hour somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.work import ask
from classbell.domain.connections.alarms import open_alarm_of
from classbell.ports.bundle import Ports
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import Lane, OperatorAlarm
from classbell.storage.queries import trouble as rows
from classbell.storage.queries.health import open_alarm

TROUBLE_CHECK = "trouble_check"
"""Kind of the hourly work that looks for it."""

HOUR = timedelta(hours=1)

ATTEMPTS = 8
"""Tries that take about an hour (``delivery.retry``)."""

ATTEMPTS_REFUSED = 4
"""Tries of something that Microsoft calls our mistake; waiting does not mend such."""

REFUSED, NO_ANSWER, LONG_PAUSE, WORK = "requests_refused", "no_answer", "long_pause", "work_failing"
SUBJECTS = tuple(rows.TROUBLE + name for name in (REFUSED, NO_ANSWER, LONG_PAUSE, WORK))


def trouble_check(ports: Ports, _lane: Lane, _subject: str) -> datetime:
    """Alarm the operator about what goes on failing; the work handler «trouble_check».

    Each kind of trouble alarms once, until an hour finds it gone.

    Returns:
        When to look again.
    """
    now = ports.clock.now()
    found = dict(_troubles(now))
    for subject, verdict in found.items():
        open_alarm_of(ports, subject, verdict)
    over = OperatorAlarm.objects.filter(subject__in=set(SUBJECTS) - set(found), closed_at=None)
    over.update(closed_at=now)
    return now + HOUR


def ask_trouble_check(ports: Ports) -> None:
    """Ask for the hourly look; it then asks for itself."""
    lane, now = housekeeping_lane(None), ports.clock.now()
    with transaction.atomic():
        ask(ports, lane, kind=TROUBLE_CHECK, subject="installation", due_at=now)


def _troubles(now: datetime) -> Iterator[tuple[str, Verdict]]:
    """Yield what is wrong: the alarm's subject, with code and words."""
    refused = rows.waiting_in_vain([VerdictKind.OPERATOR_FAULT], attempts=ATTEMPTS_REFUSED)
    if refused is not None:
        yield _alarm(REFUSED, refused, "Messages that are refused as Classbell made them")
    busy = [VerdictKind.RETRY, VerdictKind.THROTTLED]
    waiting = rows.waiting_in_vain(busy, attempts=ATTEMPTS)
    if waiting is not None:
        yield _alarm(NO_ANSWER, waiting, "Messages that were tried in vain for an hour")
    # A pause that was told is over when nobody pauses: its last hour is no news.
    known = open_alarm(rows.TROUBLE + LONG_PAUSE) is not None
    resting = rows.lanes_resting_beyond(now if known else now + HOUR)
    if resting:
        text = "Mailboxes that have to pause for more than an hour, such as at a sending limit"
        yield _alarm(LONG_PAUSE, rows.Stuck(resting, "long_pause", ""), text)
    work = rows.work_in_vain(attempts=ATTEMPTS)
    if work is not None:
        yield _alarm(WORK, work, "Pieces of work, such as calendar entries, that go on failing")


def _alarm(name: str, stuck: rows.Stuck, what: str) -> tuple[str, Verdict]:
    text = f"{what}: {stuck.count}. {stuck.reason}".strip()
    return rows.TROUBLE + name, Verdict(VerdictKind.OPERATOR_FAULT, stuck.code, text)
