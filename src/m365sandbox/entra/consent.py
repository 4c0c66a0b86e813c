"""Consent: what is still missing, and who may give it."""

from m365sandbox.directory.applications import Application
from m365sandbox.directory.model import Person, Tenant
from m365sandbox.entra.permissions import (
    LOW_IMPACT,
    MANAGED_POLICY_EXCLUDES,
    OPENID_SCOPES,
    PERMISSIONS,
)
from m365sandbox.entra.scopes import Asked
from m365sandbox.world import World


def resolve(asked: Asked, application: Application) -> frozenset[str]:
    """Return the names asked for, .default being everything statically registered."""
    if asked.is_default:
        return asked.names | frozenset(application.registered_scopes)
    return asked.names


def missing(
    world: World,
    application: Application,
    person: Person,
    names: frozenset[str],
    *,
    is_default: bool = False,
) -> frozenset[str]:
    """Return what neither the person nor the organisation has consented to.

    Who asks by .default is content with what was consented to before, as long as there is anything:
    https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope
    """
    granted = world.grants.granted(application.client_id, person.tenant_id, person.oid)
    if is_default and granted - OPENID_SCOPES:
        names &= OPENID_SCOPES
    return names - granted


def may_consent(
    person: Person, tenant: Tenant, application: Application, names: frozenset[str]
) -> bool:
    """Say whether a person may consent to `names` for themselves.

    Administrators may to all delegated permissions. For others the tenant's policy decides, and
    an application of an unverified publisher gets no more than sign-in.
    """
    if person.is_tenant_administrator:
        return True
    if any(PERMISSIONS[name].admin_only for name in names):
        return False
    if tenant.consent_policy == "legacy":
        return True
    if tenant.consent_policy == "none":
        return False
    if tenant.consent_policy == "low" or not application.is_publisher_verified:
        return names <= LOW_IMPACT
    return not names & MANAGED_POLICY_EXCLUDES


def needs_assignment(application: Application, person: Person) -> bool:
    """Say whether the tenant lets in assigned people only, and this one is not assigned."""
    return (
        person.tenant_id in application.assignment_required_in
        and person.oid not in application.assigned
    )
