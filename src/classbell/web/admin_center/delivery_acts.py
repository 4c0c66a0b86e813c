"""What an admin does in the delivery log: send messages again, take the log along."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from classbell import bootstrap
from classbell.domain.notifications.log_export import export_log
from classbell.domain.notifications.send_again import choose_again, send_again
from classbell.domain.organisations.access import require_catalog_admin
from classbell.storage.queries.message_log import log_of
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.deliveries import log_rows
from classbell.web.admin_center.delivery_filters import ROW_ID, Filters
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

PAGE = "deliveries"
"""The line of the navigation that all of this stands under."""


@require_POST
def resend(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the chosen messages again; ask first where that is not simply right for all of them."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    ports, ids = bootstrap.ports(), _chosen(request)
    filters = Filters.read(request.POST.dict())
    back = filters.address(slug)
    if not ids:
        add_toast(request, _("Nothing marked."), _("Mark the messages first."), kind="info")
        return leave_for(back)
    choice = choose_again(ports, catalog, ids)
    unclear = choice.doubtful or choice.returned or choice.refused
    if unclear and request.POST.get("confirmed") != "yes":
        context = {
            "ids": ids,
            "certain": len(choice.certain),
            "returned": choice.returned,
            "doubtful": log_rows(choice.doubtful, access.scope.narrowed_to(catalog.id)),
            "refused": choice.refused,
            "filters": filters,
            "back": back,
        }
        return show(
            request, "send_again.html", context, access=access, catalog=catalog, current=PAGE
        )
    count = send_again(
        ports,
        catalog=catalog,
        ids=ids,
        actor=actor_of(access),
        also_doubtful=request.POST.get("also_doubtful") == "on",
    )
    text = ngettext("%(num)s message goes out.", "%(num)s messages go out.", count)
    title, kind = (_("Sent again."), "success") if count else (_("Nothing sent."), "info")
    add_toast(request, title, text % {"num": count}, kind=kind)
    return leave_for(back)


@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Hand out the log, as filtered, as a CSV file; it is made while it is sent."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    ports = bootstrap.ports()
    now = ports.clock.now()
    lines = export_log(
        ports,
        catalog=catalog,
        log=log_of(access.scope.narrowed_to(catalog.id)),
        wanted=Filters.read(request.POST.dict()).wanted(now),
        actor=actor_of(access),
    )
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"delivery-log-{catalog.slug}-{now:%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _chosen(request: HttpRequest) -> list[int]:
    """Return the ids of the messages that were marked; what is no id counts as none."""
    return [int(one) for one in request.POST.getlist("message") if ROW_ID.fullmatch(one)]
