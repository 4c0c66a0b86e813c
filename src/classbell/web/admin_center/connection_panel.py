"""What the panel «Microsoft 365 Connection Settings» says, in each of its states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from classbell import bootstrap
from classbell.domain.connections.capability import CapabilityState
from classbell.domain.connections.kinds import kind_of
from classbell.domain.organisations.access import Access
from classbell.ports.errors import ClassbellError
from classbell.storage.models import Account, AccountState, Catalog, PendingConnection
from classbell.storage.queries.pages_connection import PanelFacts, panel_facts
from classbell.storage.queries.pages_shell import ConnectionStatus
from classbell.web.access import browser_key
from classbell.web.admin_center.capability_words import (
    CapabilityRow,
    capability_rows,
    kept_lines,
)
from classbell.web.admin_center.disconnect_words import consequences, switching_off
from classbell.web.admin_center.panel_mail_route import MailRoute, mail_route_of
from classbell.web.admin_center.panel_others import Others, others_of
from classbell.web.admin_center.panel_shared_calendar import (
    SharedCalendar,
    shared_calendar_of,
)
from classbell.web.remedy_words import Loss, loss_of
from classbell.web.security import allow_forms_to

SWITCH = "switch"
CONSENT_HELPS = (CapabilityState.NEEDS_CONSENT, CapabilityState.NEEDS_ADMIN)


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """The account in the panel, with its badge (kind, text)."""

    name: str
    address: str
    badge: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel's template shows.

    Attributes:
        state: ``ready`` (nothing connected), ``pending`` (signed in, not saved), ``connected``
            or ``lost``.
        enabled: position of the toggle.
        account: the account of the state, None in ``ready``.
        capabilities: what the account can do.
        needs_consent: whether a capability waits for consent.
        own_mailbox: whether the account is the reader's own.
        connected_by, connected_at: who saved it and when.
        replaces: address of the account that Save would replace.
        shared_with: how many other catalogs use the account.
        checked_at: when the capabilities were last looked at.
        loss: why the connection is lost and what helps; None while it is not.
        waiting: messages that are still to go out.
        disconnect: sentences about what Disconnect does here; empty where there is nothing to
            disconnect.
        route: the route that mail takes, and the boxes about it.
        calendar: the organisation's calendar, and the fields about it.
        signs_in_at: host of Microsoft's sign-in page.
        others: what other people have to do, or have offered.
        came_back: how the reader has just come back from Microsoft: ``needed`` where it wishes for
            an administrator, or may have, for Microsoft's page for it sends nobody back; ``late``
            after the time of the sign-in; else empty.
        invited: address that an invitation brought the waiting account by; empty without one.
        by_application: whether the application uses the account by itself, without a sign-in.
        error: what was wrong with what was just sent in.
        confirm_off: what switching off means, where the panel asks if that is wanted; else empty.
    """

    state: str
    enabled: bool
    signs_in_at: str
    others: Others
    route: MailRoute
    calendar: SharedCalendar
    account: ShownAccount | None = None
    capabilities: Sequence[CapabilityRow] = ()
    needs_consent: bool = False
    own_mailbox: bool = False
    connected_by: str = ""
    connected_at: datetime | None = None
    replaces: str = ""
    shared_with: int = 0
    checked_at: datetime | None = None
    loss: Loss | None = None
    waiting: int = 0
    disconnect: Sequence[str] = field(default=())
    error: ClassbellError | None = None
    confirm_off: str = ""
    came_back: str = ""
    invited: str = ""
    by_application: bool = False

    @property
    def can_ask(self) -> bool:
        """Whether to offer that an administrator is asked to give the account permissions."""
        if self.others.approval is not None:
            return False
        if self.loss is not None:
            return self.loss.for_want_of_approval
        return self.state == "connected" and self.needs_consent


def panel_of(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    *,
    enabled: bool | None = None,
    error: ClassbellError | None = None,
    confirm_off: bool = False,
) -> Panel:
    """Make the panel for one person in one browser, and let its forms lead to Microsoft.

    Args:
        request: what was asked.
        access: who looks.
        catalog: whose setting it is.
        enabled: the toggle as it was just sent in, None for the stored position.
        error: what was wrong with what was sent in.
        confirm_off: whether to ask if it shall really be switched off.
    """
    facts = _facts(request, access, catalog)
    state, status = _state(facts), facts.status
    saved = status.account if state in {"connected", "lost"} else None
    shown = facts.pending or saved
    others = others_of(access, catalog, account=status.account, pending=facts.pending)
    came_back = request.GET.get("approval", "") or ("needed" if facts.never_came_back else "")
    return Panel(
        state=state,
        enabled=_toggle(facts, others, sent=bool(came_back) or _wants_it(request) or enabled),
        signs_in_at=_lead_to_microsoft(request),
        others=others,
        route=mail_route_of(status, sent=_sent(request, enabled=enabled)),
        calendar=_calendar(request, catalog, shown, enabled=enabled, error=error),
        came_back=came_back,
        invited=_invited(facts.pending),
        by_application=shown is not None and not kind_of(shown).signs_in,
        account=_shown_account(shown, state),
        capabilities=_capabilities(facts, state),
        needs_consent=_needs_consent(facts, others),
        loss=loss_of(status) if state == "lost" else None,
        own_mailbox=shown is not None and shown.object_id == access.person.object_id,
        connected_by=_by(status),
        connected_at=status.connection.connected_at if saved else None,
        replaces=_replaced(facts),
        shared_with=facts.shared_with if saved else 0,
        checked_at=_checked_at(facts),
        waiting=facts.waiting,
        disconnect=consequences(catalog) if saved else (),
        error=error,
        confirm_off=switching_off(catalog) if confirm_off else "",
    )


def _wants_it(request: HttpRequest) -> bool:
    """Tell whether the reader pressed «Connect» on a page before: the toggle need not be found."""
    return request.method == "GET" and request.GET.get(SWITCH) == "on"


def _lead_to_microsoft(request: HttpRequest) -> str:
    """Let the page's forms lead to Microsoft's sign-in; return its host."""
    origin = bootstrap.ports().identity.authorization_origin()
    allow_forms_to(request, origin)
    return urlsplit(origin).netloc


def _sent(request: HttpRequest, *, enabled: bool | None) -> QueryDict | None:
    """Return the form as it was just sent in; None where the stored settings are shown."""
    return None if enabled is None else request.POST


def _calendar(
    request: HttpRequest,
    catalog: Catalog,
    shown: Account | PendingConnection | None,
    *,
    enabled: bool | None,
    error: ClassbellError | None,
) -> SharedCalendar:
    """Make the part about the organisation's calendar."""
    return shared_calendar_of(
        catalog, sent=_sent(request, enabled=enabled), error=error, can_share=shown is not None
    )


def _facts(request: HttpRequest, access: Access, catalog: Catalog) -> PanelFacts:
    """Read what the panel shows to this person in this browser."""
    key, now = browser_key(request), bootstrap.ports().clock.now()
    return panel_facts(catalog, person=access.person, browser_key=key, now=now)


def _needs_consent(facts: PanelFacts, others: Others) -> bool:
    """Tell whether consent would let the account do more, or go on doing what it does."""
    if others.consent is None:
        return False
    return bool(others.consent.missing) or any(line.state in CONSENT_HELPS for line in facts.checks)


def _by(status: ConnectionStatus) -> str:
    """Return who saved the connection, as far as that is still known."""
    by = status.connection.connected_by
    return by.name if by else _("an admin")


def _invited(pending: PendingConnection | None) -> str:
    """Return the address that an invitation brought the waiting account by; empty without one."""
    return pending.invitation.address if pending and pending.invitation else ""


def _state(facts: PanelFacts) -> str:
    """Return the state of the panel; a signed-in account waiting for Save goes before all."""
    if facts.pending is not None:
        return "pending"
    account = facts.status.account
    if account is None:
        return "ready"
    return "lost" if account.state == AccountState.LOST else "connected"


def _toggle(facts: PanelFacts, others: Others, *, sent: bool | None) -> bool:
    """Return the toggle's position: what was sent, or the stored one.

    It stands on as well while an account waits for Save, and while a first account is under way.
    """
    if sent is not None:
        return sent
    begun = facts.status.account is None and others.is_under_way
    return facts.status.enabled or facts.pending is not None or begun


def _shown_account(account: Account | PendingConnection | None, state: str) -> ShownAccount | None:
    """Return the account of the panel with its badge."""
    if account is None:
        return None
    badge = {
        "pending": ("info", _("Not saved")),
        "connected": ("success", _("Connected")),
        "lost": ("danger", _("Connection lost")),
    }[state]
    return ShownAccount(account.name, account.address, badge)


def _checked_at(facts: PanelFacts) -> datetime | None:
    """Return when the capabilities that are shown were looked at: all of them at once."""
    if facts.pending is not None:
        return facts.pending.created_at
    return max((line.checked_at for line in facts.checks), default=None)


def _replaced(facts: PanelFacts) -> str:
    """Return the address of the account that Save would replace, if it is another one."""
    old, new = facts.status.account, facts.pending
    if old is None or new is None or old.object_id == new.object_id:
        return ""
    return old.address


def _capabilities(facts: PanelFacts, state: str) -> list[CapabilityRow]:
    """Return the lines of the capability card."""
    if state == "pending" and facts.pending is not None:
        return capability_rows(facts.pending.capabilities)
    return capability_rows(kept_lines(facts.checks), paused=state == "lost")
