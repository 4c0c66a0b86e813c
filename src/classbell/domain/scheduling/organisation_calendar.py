"""«Share course sessions to organization calendar»: switching it on and off, and its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from classbell.domain.connections.scopes import SHARED_CALENDARS, has
from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.scheduling.request import SHOWN, account_serving, request_sharing
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.shared_problems import is_theirs, shared_problem
from classbell.domain.scheduling.shared_rows import LEFT, Target
from classbell.ports.bundle import Ports
from classbell.ports.calendar import DesiredEntry
from classbell.ports.errors import InvalidInput, ProviderFailure
from classbell.storage.models import (
    Account,
    AccountState,
    CalendarOptions,
    Catalog,
    SharedEntry,
    SharedWay,
)

ADDRESS_FIELD = "share_address"
NOTHING_SAVED = "Sharing was left as it was."


@dataclass(frozen=True, slots=True)
class SharingChoice:
    """What admins chose about the organisation's calendar.

    Attributes:
        share: whether sessions are shared there.
        address: the calendar's address, as typed.
        way: how they get there.
        remove: on switching off or another address, whether the entries there go too.
    """

    share: bool
    address: str = ""
    way: SharedWay = SharedWay.INVITE
    remove: bool = True


def set_sharing(
    ports: Ports, *, catalog: Catalog, choice: SharingChoice, actor: Actor
) -> CalendarOptions:
    """Share the catalog's sessions to the organisation's calendar, or share them no more.

    The right to write somebody else's calendar is proved before anything is saved, by an entry
    that is written and deleted at once. Published sessions to come are then shown there one by
    one. Where nothing differs from what is stored, nothing is done. May use the network.

    Args:
        ports: the outside world.
        catalog: whose sessions.
        choice: what was chosen.
        actor: who chose it.

    Raises:
        InvalidInput: no account, the account's own address, none at all, or no right; the remedy
            holds the command to forward.
        ProviderFailure: Microsoft could not be asked; nothing was saved.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    options = CalendarOptions.objects.filter(catalog=catalog).first()
    stored = options or CalendarOptions(catalog=catalog)
    if not choice.share:
        return _stop(ports, stored, choice, actor) if stored.share else stored
    account = _account(catalog)
    address = _checked_address(account, choice.address)
    if (stored.share, stored.shared_address, stored.shared_way) == (True, address, choice.way):
        return stored
    if choice.way == SharedWay.WRITE:
        _prove(ports, account, address)
    return _start(ports, stored, address, choice, actor)


def _start(
    ports: Ports, options: CalendarOptions, address: str, choice: SharingChoice, actor: Actor
) -> CalendarOptions:
    """Save where sessions are shared, and ask for them to be shown there."""
    before = _facts(options)
    now = ports.clock.now()
    with transaction.atomic():
        if options.share and not choice.remove:
            _leave(options.catalog)
        options.share, options.shared_address = True, address
        options.shared_way = choice.way
        options.shared_proved_at = now if choice.way == SharedWay.WRITE else None
        options.shared_problem_code = options.shared_problem = ""
        options.save()
        request_sharing(ports, options.catalog)
        _record(ports, options, actor, "calendar.shared", before)
    return options


def _stop(
    ports: Ports, options: CalendarOptions, choice: SharingChoice, actor: Actor
) -> CalendarOptions:
    """Share no more; what is shown already goes, or is left as it is."""
    before = _facts(options)
    with transaction.atomic():
        if not choice.remove:
            _leave(options.catalog)
        options.share = False
        options.shared_problem_code = options.shared_problem = ""
        options.save()
        if choice.remove:
            request_sharing(ports, options.catalog)
        _record(ports, options, actor, "calendar.not_shared", before)
    return options


def _leave(catalog: Catalog) -> None:
    """Keep the catalog's entries where they are; nothing changes or removes them any more."""
    rows = SharedEntry.objects.filter(session__course__catalog=catalog, state__in=SHOWN)
    rows.update(state=LEFT)


def _account(catalog: Catalog) -> Account:
    """Return the catalog's account, or say why sessions cannot be shared."""
    account = account_serving(catalog)
    if account is None or account.state != AccountState.CONNECTED:
        raise InvalidInput(
            "Sessions are shared by the connected account, and none is connected.",
            field=ADDRESS_FIELD,
            meaning=NOTHING_SAVED,
            remedy="Connect an account first.",
        )
    if not writes_calendar(account):
        raise InvalidInput(
            f"{account.address} was not granted its calendar, so it cannot share sessions.",
            field=ADDRESS_FIELD,
            meaning=NOTHING_SAVED,
            remedy="Select Consent, or ask an administrator for the approval of the calendar.",
        )
    return account


def _checked_address(account: Account, typed: str) -> str:
    """Return the calendar's address, refusing the account's own."""
    if not typed.strip():
        raise InvalidInput(
            "Sharing needs the address of the shared Outlook calendar.",
            field=ADDRESS_FIELD,
            meaning=NOTHING_SAVED,
            remedy="Enter it, or untick the box. A shared mailbox will do.",
        )
    try:
        address = address_key(checked_address(typed))
    except InvalidInput as error:
        error.field, error.meaning = ADDRESS_FIELD, NOTHING_SAVED
        raise
    if address == address_key(account.address):
        raise InvalidInput(
            f"{account.address} is the connected account itself.",
            field=ADDRESS_FIELD,
            meaning="Its mailbox is used for notifications, rooms and Teams meetings; whoever sees "
            "the shared calendar would see the invitations in it. " + NOTHING_SAVED,
            remedy="Enter another address. A shared mailbox will do.",
        )
    return address


def _prove(ports: Ports, account: Account, address: str) -> None:
    """Write an entry into the calendar and delete it again."""
    target = Target(SharedWay.WRITE, address)
    if not has(account.granted_scopes, SHARED_CALENDARS):
        raise InvalidInput(
            f"{account.address} was not granted writing calendars that are shared with it.",
            field=ADDRESS_FIELD,
            meaning=NOTHING_SAVED,
            remedy=f"Ask a Microsoft 365 administrator to approve {SHARED_CALENDARS} for it, or "
            "choose to invite the calendar, which needs no permission.",
        )
    start = ports.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    reference = uuid4()
    probe = DesiredEntry(
        session_ref=f"probe:{reference}",
        transaction_id=f"classbell-probe-{reference}",
        subject="Classbell checks that it may write here",
        html="<p>This entry is deleted at once.</p>",
        starts_at=start,
        ends_at=start + timedelta(minutes=15),
        time_zone="UTC",
        place="",
        attendees=(),
        online=False,
    )
    mailbox = ports.calendar.shared(mailbox_for(ports, account.pk), address)
    try:
        made = ports.calendar.create(mailbox, probe)
        ports.calendar.cancel(mailbox, made.event_id, "")
    except ProviderFailure as failure:
        if not is_theirs(failure.verdict, target.way):
            raise
        raise InvalidInput(
            f"The calendar of {address} could not be written.",
            field=ADDRESS_FIELD,
            meaning=NOTHING_SAVED,
            remedy=shared_problem(failure.verdict, account.address, target),
        ) from failure


def _facts(options: CalendarOptions) -> dict[str, object]:
    """Return what the record says about sharing."""
    return {
        "share": options.share,
        "address": options.shared_address,
        "way": str(options.shared_way),
    }


def _record(
    ports: Ports,
    options: CalendarOptions,
    actor: Actor,
    action: str,
    before: dict[str, object],
) -> None:
    """Write the audit row."""
    catalog = options.catalog
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"catalog:{catalog.slug}",
        before=before,
        after=_facts(options),
    )
