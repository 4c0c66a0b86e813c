"""Figures of the present as Prometheus reads them: asked of the database for each reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from classbell.domain.connections.alarms import days_left
from classbell.ports.bundle import Ports
from classbell.storage.models import AccountState
from classbell.storage.queries import gauges

GAUGES = {
    "classbell_messages": ("Messages that are not settled, by state and route.", "state", "route"),
    "classbell_messages_last_day": (
        "Messages written in the last 24 hours by outcome, as counted every hour.",
        "outcome",
    ),
    "classbell_queue_age_seconds": ("Age of the oldest message that is due, by route.", "route"),
    "classbell_lanes": (
        "Lanes by kind and state: due, overdue, blocked (resting) or held by a worker.",
        "kind",
        "state",
    ),
    "classbell_accounts": ("Connected accounts by state.", "state"),
    "classbell_incidents_open": ("Accounts that are lost and not back.",),
    "classbell_alarms_open": ("Alarms for the operator that are open.",),
    "classbell_workers": ("Workers that gave a sign of life within a minute.",),
    "classbell_credential_days_left": (
        "Days until the application's credential runs out; absent where nobody said.",
    ),
    "classbell_build_info": ("The version that answers; always 1.", "version"),
}
"""Every gauge: its description, then its labels."""

LANE_STATES = ("due", "overdue", "blocked", "held")
DAY = timedelta(days=1)


class Gauges(Collector):
    """Reads the figures when they are asked for.

    Args:
        ports: clock and installation.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the gauges without asking the database."""
        return iter(_family(name) for name in GAUGES)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read all figures."""
        for name, values in self._values().items():
            family = _family(name)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family

    def _values(self) -> dict[str, dict[tuple[str, ...], float]]:
        """Return the values of each gauge by their labels; states without any are 0."""
        now, installation = self._ports.clock.now(), self._ports.installation
        accounts = dict.fromkeys((state.value for state in AccountState), 0) | dict(
            gauges.accounts()
        )
        expires_at = installation.credential.expires_at
        return {
            "classbell_messages": {(s, route): n for s, route, n in gauges.open_messages()},
            "classbell_messages_last_day": {
                (outcome,): count for outcome, count in gauges.outcomes_since(now - DAY).items()
            },
            "classbell_queue_age_seconds": {
                (kind,): age for kind, age in gauges.oldest_queued(now)
            },
            "classbell_lanes": {
                (row.kind, state): getattr(row, state)
                for row in gauges.lanes(now)
                for state in LANE_STATES
            },
            "classbell_accounts": {(state,): count for state, count in accounts.items()},
            "classbell_incidents_open": {(): gauges.open_incidents()},
            "classbell_alarms_open": {(): gauges.open_alarms()},
            "classbell_workers": {(): gauges.living_workers().count()},
            "classbell_credential_days_left": (
                {} if expires_at is None else {(): days_left(expires_at, now)}
            ),
            "classbell_build_info": {(installation.version,): 1},
        }


def registry(ports: Ports) -> CollectorRegistry:
    """Return a registry of the gauges alone."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Gauges(ports))
    return made


def _family(name: str) -> GaugeMetricFamily:
    text, *labels = GAUGES[name]
    return GaugeMetricFamily(name, text, labels=labels)
