"""A change of account: how far it is, and what somebody has to clear up by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.connections.handover import events_cleared, handover_of
from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.models import RetiredEvent
from classbell.web.access import actor_of, signed_in
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_http_methods(["GET", "POST"])
def account_change(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how far the change is, or take note that what was left is cleared."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    ports = bootstrap.ports()
    if request.method == "POST":
        count = events_cleared(ports, catalog=catalog, actor=actor_of(access))
        text = ngettext("%(num)s event is off the list.", "%(num)s events are off the list.", count)
        add_toast(request, _("Thank you."), text % {"num": count})
        return leave_for(reverse("account-change", args=[slug]))
    handover = handover_of(ports, catalog)
    context = {
        "handover": handover,
        "commands": exchange_commands(handover.left, ports.clock.now()),
    }
    return show(
        request, "account_change.html", context, access=access, catalog=catalog, current="health"
    )


def exchange_commands(left: Iterable[RetiredEvent], now: datetime) -> str:
    """Return what an Exchange administrator runs to cancel what is left, a preview first.

    https://learn.microsoft.com/powershell/module/exchange/remove-calendarevents takes the day in
    the form of the United States and cancels every meeting that the mailbox organises in the
    window.
    """
    last: dict[str, datetime] = {}
    for event in left:
        address = event.calendar_address or event.account.address
        last[address] = max(last.get(address, now), event.session.ends_at)
    lines = ["Connect-ExchangeOnline"]
    for address, end in sorted(last.items()):
        cancel = (
            f"Remove-CalendarEvents -Identity {address} -CancelOrganizedMeetings "
            f"-QueryStartDate {now:%m/%d/%Y} -QueryWindowInDays {(end - now).days + 1}"
        )
        lines += [f"{cancel} -PreviewOnly", cancel]
    return "\n".join(lines) if last else ""
