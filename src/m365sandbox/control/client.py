"""The control interface as plain calls, for tests and tools."""

import ssl
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2  # noqa: TID251 -- a client of the sandbox, like anybody's

from m365sandbox.control.email_client import EmailControl
from m365sandbox.seed import CLIENT_ID, CONTOSO


class Control:
    """The control interface as plain calls; each is one request to /_sandbox."""

    def __init__(self, base: str) -> None:
        """Steer the sandbox at `base`, its plain address."""
        # The address is plain http: an empty context spares loading authorities nobody asks.
        self._client = httpx2.Client(
            base_url=f"{base}/_sandbox",
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=False,
        )
        self.acs = EmailControl(self.ask)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- any JSON
        """Send one request and return the answer's JSON, or None when it has none.

        Raises:
            httpx2.HTTPStatusError: the sandbox refuses.
        """
        response = self._client.request(method, path, json=body)
        response.raise_for_status()
        return response.json() if response.content else None

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return datetime.fromisoformat(self.ask("GET", "/clock")["now"])

    def advance(self, by: timedelta) -> datetime:
        """Move the clock, do what falls due, and return the new time."""
        moved = self.ask("POST", "/clock", {"advance_seconds": by.total_seconds()})
        return datetime.fromisoformat(moved["now"])

    def set_clock(self, to: datetime, *, freeze: bool = False) -> None:
        """Set the clock, and stop it there when `freeze`."""
        self.ask("POST", "/clock", {"set": to.isoformat(), "freeze": freeze})

    def add_fault(self, **fault: object) -> str:
        """Make trouble; the members are those of `m365sandbox.faults.Fault`. Returns its id."""
        return str(self.ask("POST", "/faults", fault)["fault_id"])

    def clear_faults(self) -> None:
        """End all trouble."""
        self.ask("DELETE", "/faults")

    def limits(self, **limits: float) -> dict[str, Any]:
        """Set some of Exchange's limits, such as `enabled=False`, and return all of them."""
        shown: dict[str, Any] = self.ask("POST", "/limits", limits)
        return shown

    def statistics(self) -> dict[str, Any]:
        """Return what each mailbox sent and what Graph answered, as counts."""
        counted: dict[str, Any] = self.ask("GET", "/statistics")
        return counted

    def log(self, **filters: str | int) -> list[dict[str, Any]]:
        """Return recorded exchanges, filtered by method, path, status, mailbox, after, limit."""
        found: list[dict[str, Any]] = self.ask("GET", f"/log?{urlencode(filters)}")["exchanges"]
        return found

    def received(self, to: str | None = None) -> list[dict[str, Any]]:
        """Return the messages that arrived, for one address or for all."""
        query = "" if to is None else f"?{urlencode({'to': to})}"
        found: list[dict[str, Any]] = self.ask("GET", f"/received{query}")["messages"]
        return found

    def mailbox(self, name: str, **space: int | None) -> dict[str, Any]:
        """Return what a mailbox holds, after setting its `quota_bytes` where it is given."""
        shown: dict[str, Any] = self.ask("POST" if space else "GET", f"/mailboxes/{name}", space)
        return shown

    def subscriptions(self) -> dict[str, Any]:
        """Return the subscriptions to changes, and the notices on their way to them."""
        shown: dict[str, Any] = self.ask("GET", "/subscriptions")
        return shown

    def lifecycle(self, subscription_id: str, event: str) -> None:
        """Let a lifecycle event such as "missed" happen to a subscription."""
        self.ask("POST", f"/subscriptions/{subscription_id}/lifecycle", {"event": event})

    def expire_delta(self, name: str) -> None:
        """Let every delta link of a mailbox's calendar expire."""
        self.ask("POST", f"/mailboxes/{name}/expire-delta")

    def bounce(self, address: str, **reason: str) -> None:
        """Let mail to an address, or to a domain such as "@elsewhere.example", come back."""
        self.ask("POST", "/bounces", {"address": address, **reason})

    def stop_bounces(self) -> None:
        """Let mail arrive everywhere again."""
        self.ask("DELETE", "/bounces")

    def person(self, name: str, switch: str, **settings: object) -> dict[str, Any]:
        """Turn one of a person's switches, such as "disable" or "reset-password"."""
        shown: dict[str, Any] = self.ask("POST", f"/people/{name}/{switch}", settings)
        return shown

    def share_calendar(self, owner: str, who: str, right: str | None) -> None:
        """Let somebody use a calendar as "Reviewer", "Editor", …; None takes the right away."""
        self.person(owner, "calendar-rights", who=who, right=right)

    def delete_person(self, name: str) -> None:
        """Delete an account."""
        self.ask("DELETE", f"/people/{name}")

    def room_rules(self, name: str, **rules: object) -> dict[str, Any]:
        """Set some of a room's rules, such as `allow_conflicts=True`, and return all of them."""
        shown: dict[str, Any] = self.ask("POST", f"/rooms/{name}/rules", rules)["rules"]
        return shown

    def decide(self, room: str, uid: str, answer: str) -> None:
        """Let a room's delegate answer "accepted" or "declined" to a request that waits."""
        self.ask("POST", f"/rooms/{room}/decide", {"uid": uid, "answer": answer})

    def add_redirect_uris(self, *addresses: str, client_id: str = CLIENT_ID) -> None:
        """Register more redirect addresses, for an application on another port."""
        body = {"redirect_uris": list(addresses)}
        self.ask("POST", f"/applications/{client_id}/redirect-uris", body)

    def expire_secrets(self, client_id: str = CLIENT_ID) -> None:
        """Let the application's secrets expire now."""
        self.ask("POST", f"/applications/{client_id}/expire-secrets")

    def grant(self, *scopes: str, person: str | None = None, tenant: str = CONTOSO.domain) -> None:
        """Consent as an administrator, for one person or for the organisation."""
        body = {"client_id": CLIENT_ID, "tenant": tenant, "scopes": scopes, "person": person}
        self.ask("POST", "/grants", body)

    def tenant(self, name: str, **policy: object) -> None:
        """Set consent_policy or admin_consent_workflow of a tenant."""
        self.ask("POST", f"/tenants/{name}", policy)

    def reset(self) -> None:
        """Bring back the seed."""
        self.ask("POST", "/reset")
