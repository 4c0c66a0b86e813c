"""Consent that was given: one person's, or a whole organisation's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

from m365sandbox.persist import Shape

ConsentType = Literal["Principal", "AllPrincipals"]


@dataclass
class Grant:
    """One oauth2PermissionGrant: `principal_id` is set for one person, None for everybody."""

    tenant_id: str
    client_id: str
    consent_type: ConsentType
    principal_id: str | None
    scopes: list[str] = field(default_factory=list)
    grant_id: str = field(default_factory=lambda: str(uuid4()))


GRANTS = Shape(list[Grant])


class Grants:
    """All consent given in the sandbox."""

    def __init__(self) -> None:
        """Start with no consent at all."""
        self._grants: list[Grant] = []

    def all(self) -> list[Grant]:
        """Return every grant."""
        return list(self._grants)

    def granted(self, client_id: str, tenant_id: str, oid: str) -> frozenset[str]:
        """Return the Graph permissions a client has for a person, own and organisation-wide."""
        return frozenset(
            scope
            for grant in self._grants
            if grant.client_id == client_id
            and grant.tenant_id == tenant_id
            and grant.principal_id in {None, oid}
            for scope in grant.scopes
        )

    def is_known(self, client_id: str, tenant_id: str) -> bool:
        """Say whether a tenant has a service principal for the client: some consent was given."""
        return any(
            grant.client_id == client_id and grant.tenant_id == tenant_id for grant in self._grants
        )

    def add(self, client_id: str, tenant_id: str, oid: str | None, scopes: Iterable[str]) -> Grant:
        """Add permissions to a person's grant, or to the organisation's when `oid` is None."""
        for grant in self._grants:
            key = (grant.client_id, grant.tenant_id, grant.principal_id)
            if key == (client_id, tenant_id, oid):
                grant.scopes = sorted({*grant.scopes, *scopes})
                return grant
        kind: ConsentType = "AllPrincipals" if oid is None else "Principal"
        grant = Grant(tenant_id, client_id, kind, oid, sorted(set(scopes)))
        self._grants.append(grant)
        return grant

    def withdraw(
        self, client_id: str, tenant_id: str, oid: str | None, *, only: Iterable[str] = ()
    ) -> None:
        """Take back a person's grant, or the organisation's when `oid` is None.

        With `only`, take back just those permissions and keep the rest.
        """
        named = set(only)
        kept: list[Grant] = []
        for grant in self._grants:
            key = (grant.client_id, grant.tenant_id, grant.principal_id)
            if key == (client_id, tenant_id, oid):
                grant.scopes = [scope for scope in grant.scopes if named and scope not in named]
                if not grant.scopes:
                    continue
            kept.append(grant)
        self._grants = kept

    def withdraw_all(self, client_id: str, tenant_id: str) -> None:
        """Remove the application from a tenant, with everybody's consent."""
        self._grants = [
            grant
            for grant in self._grants
            if (grant.client_id, grant.tenant_id) != (client_id, tenant_id)
        ]

    def remove(self, grant_id: str) -> bool:
        """Remove one grant by its id and say whether there was one."""
        before = len(self._grants)
        self._grants = [grant for grant in self._grants if grant.grant_id != grant_id]
        return len(self._grants) < before

    def snapshot(self) -> dict[str, object]:
        """Return every grant."""
        return {"grants": GRANTS.dump(self._grants)}

    def restore(self, saved: dict[str, object]) -> None:
        """Take up a snapshot."""
        self._grants = GRANTS.load(saved["grants"])
