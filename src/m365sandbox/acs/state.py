"""Everything ACS Email remembers, and how it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m365sandbox.acs.model import (
    Blocked,
    EmailResource,
    Operation,
    Outcome,
    Report,
    Settings,
    Subscription,
)
from m365sandbox.acs.operations import Operations
from m365sandbox.acs.postman import Postman
from m365sandbox.acs.reporting import Reporting
from m365sandbox.clock import machine_time
from m365sandbox.persist import Changes, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from m365sandbox.store import Batch
    from m365sandbox.world import World

_SETTINGS = Shape(Settings)
_RESOURCES = Shape(list[EmailResource])
_OUTCOMES = Shape(list[Outcome])
_BLOCKED = Shape(list[Blocked])
_SUBSCRIPTIONS = Shape(list[Subscription])
_OPERATION = Shape(Operation)
_OPERATIONS = Shape(list[Operation])
_REPORT = Shape(Report)
_REPORTS = Shape(list[Report])


class Acs:
    """The resources by name, and what was sent through them; a part of the world that is saved."""

    def __init__(self, world: World) -> None:
        """Start without any resource."""
        self._world = world
        self.machine: Callable[[], datetime] = machine_time
        self.settings = Settings()
        self.resources: dict[str, EmailResource] = {}
        self.outcomes: list[Outcome] = []
        self.blocked: dict[str, Blocked] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self._operations: dict[str, Operation] = {}
        self._reports: dict[str, Report] = {}
        self._changes = Changes()
        self.postman = Postman(world, self)
        self.reporting = Reporting(world, self)
        self.operations = Operations(world, self)

    def add_resource(self, resource: EmailResource) -> EmailResource:
        """Add a resource and return it."""
        self.resources[resource.name] = resource
        self.changed()
        return resource

    def keep_operation(self, operation: Operation) -> None:
        """Keep a new operation, or a changed one."""
        self._operations[operation.operation_id] = operation
        self._changes.note(f"operation {operation.operation_id}")
        self.changed()

    def operation(self, operation_id: str) -> Operation | None:
        """Return the operation of that id, or None."""
        return self._operations.get(operation_id.lower())

    def latest_operations(self, most: int) -> list[Operation]:
        """Return at most so many operations, newest first."""
        return list(reversed(self._operations.values()))[:most]

    def keep_report(self, report: Report) -> None:
        """Keep a new report, or a changed one."""
        self._reports[report.report_id] = report
        self._changes.note(f"report {report.report_id}")
        self.changed()

    def report(self, report_id: str) -> Report | None:
        """Return the report of that id, or None."""
        return self._reports.get(report_id)

    def latest_reports(self, most: int) -> list[Report]:
        """Return at most so many reports, newest first."""
        return list(reversed(self._reports.values()))[:most]

    def undelivered_reports(self) -> list[Report]:
        """Return the reports that a subscriber still waits for."""
        return [
            one
            for one in self._reports.values()
            if any(delivery.state == "waiting" for delivery in one.deliveries)
        ]

    def counts(self) -> dict[str, int]:
        """Return how many operations ended or run how, and how many reports say what."""
        found: dict[str, int] = {}
        for operation in self._operations.values():
            found[operation.status] = found.get(operation.status, 0) + 1
        for report in self._reports.values():
            name = f"reported {report.status}"
            found[name] = found.get(name, 0) + 1
        return dict(sorted(found.items()))

    def changed(self) -> None:
        """Say that something is to be saved."""
        self._world.changed("acs")

    def snapshot(self) -> dict[str, object]:
        """Return everything."""
        return self._head() | {
            "operations": _OPERATIONS.dump(list(self._operations.values())),
            "reports": _REPORTS.dump(list(self._reports.values())),
        }

    def restore(self, saved: Mapping[str, object]) -> None:
        """Replace everything by a snapshot."""
        self._take_up(saved, _OPERATIONS.load(saved["operations"]), _REPORTS.load(saved["reports"]))
        operations = [f"operation {one}" for one in self._operations]
        self._changes.begin_anew([*operations, *(f"report {one}" for one in self._reports)])

    def unsaved(self, most: int) -> Batch:
        """Return what changed since it was last saved, at most so many operations and reports."""
        return self._changes.batch(self._head(), most, self._record)

    def resume(self, head: Mapping[str, object], records: Mapping[str, str]) -> None:
        """Replace everything by what was saved."""
        found = list(records.items())
        operations = [_OPERATION.read(body) for key, body in found if key.startswith("operation ")]
        reports = [_REPORT.read(body) for key, body in found if key.startswith("report ")]
        self._take_up(head, operations, reports)
        self._changes.all_saved()

    def _record(self, key: str) -> str | None:
        kind, _, identity = key.partition(" ")
        if kind == "operation":
            return _OPERATION.text(self._operations[identity])
        return _REPORT.text(self._reports[identity])

    def _head(self) -> dict[str, object]:
        return {
            "settings": _SETTINGS.dump(self.settings),
            "resources": _RESOURCES.dump(list(self.resources.values())),
            "outcomes": _OUTCOMES.dump(self.outcomes),
            "blocked": _BLOCKED.dump(list(self.blocked.values())),
            "subscriptions": _SUBSCRIPTIONS.dump(list(self.subscriptions.values())),
        }

    def _take_up(
        self, head: Mapping[str, object], operations: list[Operation], reports: list[Report]
    ) -> None:
        self.settings = _SETTINGS.load(head["settings"])
        self.resources = {one.name: one for one in _RESOURCES.load(head["resources"])}
        self.outcomes = _OUTCOMES.load(head["outcomes"])
        self.blocked = {one.address: one for one in _BLOCKED.load(head["blocked"])}
        found = _SUBSCRIPTIONS.load(head["subscriptions"])
        self.subscriptions = {one.subscription_id: one for one in found}
        self._operations = {one.operation_id: one for one in operations}
        self._reports = {one.report_id: one for one in reports}
