"""Organisations: the Microsoft 365 tenants that an installation serves."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from classbell.domain.organisations.audit import OPERATOR, Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.organisations.people import grant_role, upsert_person
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Organisation, Role


def add_organisation(
    ports: Ports,
    *,
    tenant_id: UUID,
    name: str,
    lms_admin_object_id: UUID,
    lms_admin_name: str,
    lms_admin_address: str,
    actor: Actor = OPERATOR,
) -> Organisation:
    """Serve another organisation, with its first LMS admin. Only the operator does this.

    Args:
        ports: the outside world.
        tenant_id: the organisation's tenant in Microsoft Entra ID; every sign-in and every
            connected account must belong to it.
        name: the organisation's name.
        lms_admin_object_id: object id of the first LMS admin in that tenant.
        lms_admin_name: their name.
        lms_admin_address: their e-mail address, for alerts.
        actor: who does it.

    Raises:
        InvalidInput: the tenant is served already, or name or address is unusable.
    """
    if not name.strip():
        raise InvalidInput("An organisation needs a name.", field="name")
    with transaction.atomic():
        known = Organisation.objects.filter(tenant_id=tenant_id).first()
        if known is not None:
            raise InvalidInput(
                f"The tenant {tenant_id} is served already, as {known.name}.", field="tenant_id"
            )
        organisation = Organisation.objects.create(
            tenant_id=tenant_id, name=name.strip(), created_at=ports.clock.now()
        )
        _tell(ports, organisation, actor)
        admin = upsert_person(
            ports,
            organisation,
            address=lms_admin_address,
            name=lms_admin_name,
            object_id=lms_admin_object_id,
        )
        grant_role(ports, admin, Role.LMS_ADMIN, actor=actor)
    return organisation


def limit_external_recipients(
    ports: Ports, organisation: Organisation, *, per_day: int | None, actor: Actor = OPERATOR
) -> None:
    """Note what Microsoft lets the whole tenant send to other organisations in 24 hours.

    Nothing is held back because of it, for Classbell does not see what the tenant's people send;
    admins are warned
    (https://techcommunity.microsoft.com/blog/exchange/introducing-exchange-online-tenant-outbound-email-limits/4372797).

    Args:
        ports: the outside world.
        organisation: whose tenant.
        per_day: recipients in any 24 hours; None where it is not known.
        actor: who does it.

    Raises:
        InvalidInput: it is not above zero.
    """
    if per_day is not None and per_day < 1:
        raise InvalidInput("A limit of recipients is above zero.", field="external_recipients")
    _set(ports, organisation, "external_recipients_per_day", per_day, actor, "limits_set")


def permit_application_accounts(
    ports: Ports, organisation: Organisation, *, allowed: bool, actor: Actor = OPERATOR
) -> None:
    """Let an organisation's admins use application-only accounts, or no new ones any more.

    Accounts in use go on working: their administrator ends them in Exchange, or a catalog's admin
    by disconnecting.

    Args:
        ports: the outside world.
        organisation: whose admins.
        allowed: whether they may.
        actor: who does it.
    """
    action = "application_accounts_set"
    _set(ports, organisation, "application_accounts", allowed, actor, action)


def _set(  # noqa: PLR0917 -- private: one column, and what the record says of it
    ports: Ports, organisation: Organisation, name: str, value: object, actor: Actor, action: str
) -> None:
    """Change one column of an organisation, and record it."""
    before = getattr(organisation, name)
    with transaction.atomic():
        setattr(organisation, name, value)
        organisation.save(update_fields=[name])
        record(
            ports,
            actor=actor,
            organisation_id=organisation.id,
            catalog=None,
            action=f"organisation.{action}",
            subject=f"organisation:{organisation.id}",
            before={name: before},
            after={name: value},
        )


def _tell(ports: Ports, organisation: Organisation, actor: Actor) -> None:
    """Write record and event of a new organisation."""
    facts = {"tenant": str(organisation.tenant_id), "name": organisation.name}
    record(
        ports,
        actor=actor,
        organisation_id=organisation.id,
        catalog=None,
        action="organisation.added",
        subject=f"organisation:{organisation.id}",
        after=facts,
    )
    emit(
        ports,
        organisation_id=organisation.id,
        catalog=None,
        name="organisation.added",
        payload=facts,
    )
