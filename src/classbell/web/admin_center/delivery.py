"""One message: where it stands, what was tried, and what it says."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import OnUnknown
from classbell.domain.notifications.said import what_it_said
from classbell.domain.organisations.access import require_catalog_admin
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Message, MessageState
from classbell.storage.queries import message_log as queries
from classbell.web.access import signed_in
from classbell.web.admin_center.deliveries import log_rows, retention_text
from classbell.web.admin_center.timeline import timeline
from classbell.web.pages import show


@require_GET
def delivery(request: HttpRequest, slug: str, message_id: int) -> HttpResponse:
    """Show one message of the catalog."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    scope = access.scope.narrowed_to(catalog.id)
    message = queries.message_in(scope, message_id)
    if message is None:
        raise NotFoundHere(_("There is no such message in this catalog."), remedy=retention_text())
    content, attempts = queries.content_of(message), queries.attempts_of(message)
    unsaid = _("Its text was not kept.") if attempts else _("Its text is made when it is sent.")
    context = {
        "row": log_rows([message], scope)[0],
        "steps": timeline(message, attempts),
        "uncertain": _uncertain(message),
        "said": what_it_said(message, content) if content else None,
        "unsaid": unsaid,
        "retention": retention_text(),
    }
    return show(
        request, "delivery.html", context, access=access, catalog=catalog, current="deliveries"
    )


def _uncertain(message: Message) -> str:
    """Say what follows from nobody knowing; empty where it is known."""
    if message.state != MessageState.UNKNOWN:
        return ""
    kind = REGISTRY.get(message.notification.kind)
    if kind is not None and kind.on_unknown is OnUnknown.RESEND:
        return _(
            "Messages of this kind are sent again by themselves: a second copy does less harm than"
            " none."
        )
    return _(
        "Messages of this kind are not sent again by themselves: a second copy would do more harm"
        " than none. Ask the person, or let a Microsoft 365 administrator look for it with the"
        " message trace, before you send it again."
    )
