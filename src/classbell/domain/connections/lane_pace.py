"""The figures that one account's mailbox is kept to, where each comes from, and setting them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.pace import Pace, learned
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import Audience, InvalidInput, NotAllowed
from classbell.storage.models import Account, Lane

NAMES = tuple(one.name for one in fields(Pace))
AT_LEAST_ONE = frozenset({"recipients_per_envelope", "requests_in_flight"})
"""Figures of which 0 would let nothing leave; of the others it means that there is no limit."""

MOST = 2_000_000_000


class Source(StrEnum):
    """Where a figure comes from; the later word goes before the earlier."""

    SETTING = "setting"
    LANE = "lane"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in force.

    Attributes:
        name: of a limit, see ``Pace``.
        value: what is kept; 0 where there is no limit.
        source: where it comes from.
        setting: what the setting of the installation says.
    """

    name: str
    value: int
    source: Source
    setting: int


def figures_of(account: Account, configured: Pace, now: datetime) -> list[Figure]:
    """Return the figures that an account's mailbox is kept to.

    Args:
        account: whose mailbox.
        configured: what the settings say for every mailbox.
        now: business time, for what was learned is unlearned by the hour.
    """
    lane = mailbox_lane(account)
    own_pace = configured.with_figures(lane.figures)
    # Not smoothed: that a large hourly limit is kept by the minute is no complaint of Microsoft's.
    settings, own = asdict(configured), asdict(own_pace)
    kept = asdict(learned(lane, own_pace, now))
    found = []
    for name in NAMES:
        source = Source.LANE if name in lane.figures else Source.SETTING
        if kept[name] != own[name]:
            source = Source.LEARNED
        found.append(Figure(name, kept[name], source, settings[name]))
    return found


def set_figures(
    ports: Ports,
    account: Account,
    configured: Pace,
    *,
    changed: Mapping[str, int],
    unset: Collection[str] = (),
    actor: Actor,
) -> None:
    """Keep an account's mailbox to figures of its own, or to the settings again.

    What was learned of a figure that changes is forgotten with it. A worker follows within seconds.

    Args:
        ports: the outside world.
        account: whose mailbox.
        configured: what the settings say for every mailbox.
        changed: new figures by name.
        unset: names of those that the settings are to say again.
        actor: the operator.

    Raises:
        InvalidInput: a name or a figure cannot be used.
        NotAllowed: somebody else than the operator acts.
    """
    _require_operator(actor)
    for name in (*changed, *unset):
        _check_name(name)
    for name, figure in changed.items():
        _check_figure(name, figure)
    with transaction.atomic():
        lane = Lane.objects.select_for_update().get(pk=mailbox_lane(account).pk)
        before = dict(lane.figures)
        kept = {name: figure for name, figure in before.items() if name not in unset}
        lane.figures = kept | dict(changed)
        _check_reserve(configured.with_figures(lane.figures))
        _keep(lane, {*changed, *unset})
        record(
            ports,
            actor=actor,
            organisation_id=account.organisation_id,
            catalog=None,
            action="account.pace_set",
            subject=f"account:{account.address}",
            before=before,
            after=dict(lane.figures),
        )
        # What waited for the former figures may go earlier by the new ones.
        ports.doorbell.ring([lane.pk])


def _require_operator(actor: Actor) -> None:
    if actor.person is not None:
        raise NotAllowed(
            "Only whoever runs this installation sets how fast a mailbox sends.",
            meaning="Nothing was changed.",
            who=Audience.OPERATOR,
        )


def _keep(lane: Lane, names: Collection[str]) -> None:
    """Save a lane's own figures, and forget what was learned of those that have changed."""
    if "messages_per_minute" in names:
        lane.learned_messages_per_minute = None
    if "requests_in_flight" in names:
        lane.learned_requests_in_flight = None
    columns = ("learned_messages_per_minute", "learned_requests_in_flight")
    lane.save(update_fields=["figures", *columns])


def _check_name(name: str) -> None:
    if name not in NAMES:
        raise InvalidInput(
            f"There is no figure «{name}».",
            field="figure",
            meaning="Nothing was changed.",
            remedy=f"The figures are {', '.join(NAMES)}.",
        )


def _check_figure(name: str, figure: int) -> None:
    least = 1 if name in AT_LEAST_ONE else 0
    if not least <= figure <= MOST:
        raise InvalidInput(
            f"{name} cannot be {figure}.",
            field="figure",
            meaning="Nothing was changed.",
            remedy=f"Give a whole number from {least} on"
            + ("." if least else "; 0 means that there is no limit."),
        )


def _check_reserve(pace: Pace) -> None:
    """Refuse a reserve that leaves nothing of the day to mail that is not urgent."""
    if pace.recipients_per_day and pace.urgent_reserve >= pace.recipients_per_day:
        raise InvalidInput(
            f"A reserve of {pace.urgent_reserve} leaves nothing of {pace.recipients_per_day} "
            "recipients a day.",
            field="figure",
            meaning="Only urgent messages would ever leave, so nothing was changed.",
            remedy="Set urgent_reserve lower, or recipients_per_day higher.",
        )
