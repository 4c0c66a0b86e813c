"""What happens to accounts and applications in real life, wherever it is asked for."""

from collections.abc import Iterable

from m365sandbox.directory.applications import Application
from m365sandbox.directory.licences import LICENCES
from m365sandbox.directory.model import CalendarRight, Person
from m365sandbox.entra.permissions import permission_named
from m365sandbox.world import World


def end_access(world: World, person: Person) -> None:
    """Note the moment from which clients with continuous access evaluation are turned away."""
    person.access_revoked_serial = world.entra.serial
    person.access_revoked_at = world.now()
    world.changed("directory")


def revoke_sessions(world: World, person: Person) -> None:
    """End every refresh token and browser session of a person."""
    person.sessions_revoked_serial = world.entra.serial
    end_access(world, person)


def change_password(world: World, person: Person, password: str) -> None:
    """Change it as the person: Entra keeps a confidential client's refresh token.

    https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-revocation
    """
    person.password = password
    end_access(world, person)
    world.notices.end_of(person.oid)


def reset_password(world: World, person: Person, password: str) -> None:
    """Reset it as an administrator: refresh tokens are revoked."""
    person.password = password
    revoke_sessions(world, person)
    world.notices.end_of(person.oid)


def block_sign_in(world: World, person: Person) -> None:
    """Disable the account."""
    person.account_enabled = False
    end_access(world, person)
    world.notices.end_of(person.oid)


def allow_sign_in(world: World, person: Person) -> None:
    """Enable the account again."""
    person.account_enabled = True
    world.changed("directory")


def require_second_factor(world: World, person: Person) -> None:
    """Let sign-in need a second factor; proofs given without one no longer count everywhere."""
    person.mfa_required = True
    end_access(world, person)


def spare_second_factor(world: World, person: Person) -> None:
    """Let sign-in need no second factor."""
    person.mfa_required = False
    world.changed("directory")


def block_by_policy(world: World, person: Person) -> None:
    """Let conditional access block sign-in and refresh."""
    person.conditional_access_block = True
    world.changed("directory")


def let_policy_pass(world: World, person: Person) -> None:
    """Let conditional access block nothing any more."""
    person.conditional_access_block = False
    world.changed("directory")


def allow_meetings(world: World, person: Person) -> None:
    """Let the Teams meeting policy allow a person to schedule meetings."""
    person.may_schedule_meetings = True
    world.changed("directory")


def forbid_meetings(world: World, person: Person) -> None:
    """Let the Teams meeting policy keep a person from scheduling meetings."""
    person.may_schedule_meetings = False
    world.changed("directory")


def assign_licence(world: World, person: Person, part_number: str) -> None:
    """Give a person a licence.

    Raises:
        KeyError: there is no such licence.
    """
    person.licences.append(LICENCES[part_number])
    world.changed("directory")


def take_licence_away(world: World, person: Person, part_number: str) -> None:
    """Take a licence, which may take the mailbox and Teams with it."""
    person.licences = [one for one in person.licences if one.sku_part_number != part_number]
    world.changed("directory")


def withdraw_consent(
    world: World, person: Person, client_ids: Iterable[str], *, organisation: bool
) -> None:
    """Take back what a person consented to, and the organisation's consent too where asked."""
    for client_id in client_ids:
        world.notices.end_of(person.oid, client_id)
        world.grants.withdraw(client_id, person.tenant_id, person.oid)
        if organisation:
            world.grants.withdraw(client_id, person.tenant_id, None)
    world.changed("grants")


def grant_consent(
    world: World, person: Person, application: Application, names: Iterable[str]
) -> None:
    """Consent for one person as an administrator does it.

    Raises:
        LookupError: Graph has no such permission.
    """
    permissions = [permission_named(name) for name in names]
    known = [one.name for one in permissions if one is not None]
    if len(known) < len(permissions) or not known:
        message = "Permissions are named as in Graph, such as Mail.Send."
        raise LookupError(message)
    world.grants.add(application.client_id, person.tenant_id, person.oid, known)
    world.changed("grants")


def expire_secrets(world: World, application: Application) -> None:
    """Let every secret of an application expire now."""
    for secret in application.secrets:
        secret.expires = world.now()
    world.changed("directory")


def renew_secrets(world: World, application: Application) -> None:
    """Let every secret of an application be good again, without an end."""
    for secret in application.secrets:
        secret.expires = None
    world.changed("directory")


def share_calendar(world: World, owner: Person, who: str, right: CalendarRight | None) -> None:
    """Let somebody of the same organisation use a calendar, or no longer when the right is None.

    Raises:
        LookupError: there is nobody else of that name in the organisation.
    """
    person = world.directory.person(who)
    if person is None or person is owner or person.tenant_id != owner.tenant_id:
        message = "Calendars are shared with somebody else of the same organisation."
        raise LookupError(message)
    owner.calendar_rights.pop(person.address.lower(), None)
    if right is not None:
        owner.calendar_rights[person.address.lower()] = right
    world.changed("directory")
