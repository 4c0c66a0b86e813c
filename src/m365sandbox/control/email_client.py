"""What the control interface does to ACS Email, as plain calls."""

from typing import Any, Protocol

from m365sandbox.acs.seed import CONTOSO_RESOURCE


class Asking(Protocol):
    """Sends one request to /_sandbox and returns the answer's JSON."""

    def __call__(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- any JSON
        """Ask."""
        ...


class EmailControl:
    """Steers ACS Email; each call is one request to /_sandbox/acs."""

    def __init__(self, ask: Asking) -> None:
        """Ask by `ask`."""
        self._ask = ask

    def shown(self) -> dict[str, Any]:
        """Return settings, resources with their keys, and counts."""
        found: dict[str, Any] = self._ask("GET", "/acs")
        return found

    def settings(self, **settings: object) -> dict[str, Any]:
        """Change settings such as `repeats="sent_again"`, and return what `shown` does."""
        found: dict[str, Any] = self._ask("POST", "/acs", settings)
        return found

    def resource(self, name: str = CONTOSO_RESOURCE, **changes: object) -> dict[str, Any]:
        """Change a resource, such as `enabled=False` for its quota, and return it."""
        found: dict[str, Any] = self._ask("POST", f"/acs/resources/{name}", changes)
        return found

    def add_resource(self, **facts: object) -> dict[str, Any]:
        """Add a resource: name, tenant, senders, domain, key, clients."""
        found: dict[str, Any] = self._ask("POST", "/acs/resources", facts)
        return found

    def operations(self) -> list[dict[str, Any]]:
        """Return the latest operations, newest first."""
        return self._listed("operations")

    def outcome(self, recipient: str, status: str = "Bounced", **facts: object) -> None:
        """Say what becomes of mail to an address or a glob; see `m365sandbox.acs.model.Outcome`."""
        self._ask("POST", "/acs/outcomes", {"recipient": recipient, "status": status, **facts})

    def clear_outcomes(self) -> None:
        """Let all mail arrive again."""
        self._ask("DELETE", "/acs/outcomes")

    def suppressions(self) -> list[dict[str, Any]]:
        """Return the addresses that bounced."""
        return self._listed("suppressions")

    def suppress(self, address: str, **facts: object) -> None:
        """Put an address on the suppression list, for `hours` or as long as a bounce would."""
        self._ask("POST", "/acs/suppressions", {"address": address, **facts})

    def release(self, address: str) -> None:
        """Take an address off the suppression list."""
        self._ask("DELETE", f"/acs/suppressions/{address}")

    def release_all(self) -> None:
        """Take every address off the suppression list."""
        for one in self.suppressions():
            self.release(one["address"])

    def subscribe(
        self, url: str, *, resource: str = CONTOSO_RESOURCE, **facts: object
    ) -> dict[str, Any]:
        """Send a resource's reports to a webhook on this machine, once it has agreed.

        Args:
            url: plain http on loopback.
            resource: whose reports.
            facts: headers, schema, headers_in_handshake; see `m365sandbox.acs.model.Subscription`.

        Raises:
            httpx2.HTTPStatusError: the address is not on loopback, or its owner did not agree.
        """
        body = {"url": url, "resource": resource, **facts}
        found: dict[str, Any] = self._ask("POST", "/acs/subscriptions", body)
        return found

    def subscriptions(self) -> list[dict[str, Any]]:
        """Return the webhooks."""
        return self._listed("subscriptions")

    def unsubscribe(self, subscription_id: str) -> None:
        """Send a webhook nothing more."""
        self._ask("DELETE", f"/acs/subscriptions/{subscription_id}")

    def reports(self) -> list[dict[str, Any]]:
        """Return the latest reports, newest first, with how far each has come."""
        return self._listed("reports")

    def report(
        self, operation_id: str, recipient: str, status: str, message: str = ""
    ) -> dict[str, Any]:
        """Report something about a recipient, whatever was reported before."""
        body = {"operation_id": operation_id, "recipient": recipient, "status": status}
        found: dict[str, Any] = self._ask("POST", "/acs/reports", {**body, "message": message})
        return found

    def _listed(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", f"/acs/{what}")[what]
        return found
