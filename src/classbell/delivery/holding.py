"""A lane in its holder's hands."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.delivery.handlers import Handlers
from classbell.delivery.lanes import TakenLane
from classbell.delivery.meter import Meter
from classbell.storage.models import Lane


@dataclass(frozen=True, slots=True)
class Holding:
    """A lane in its holder's hands, and what goes with it.

    Attributes:
        lane: which lane.
        taken: the hold on it, whose epoch fences what is written.
        handlers: whose addresses are outside, and whether envelopes can be traced.
        meter: told what is claimed, which counts for the pace from here on.
    """

    lane: Lane
    taken: TakenLane
    handlers: Handlers
    meter: Meter
