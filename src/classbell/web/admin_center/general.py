"""Catalog settings > General: how the catalog's mail looks, who it comes from, where answers go."""

from __future__ import annotations

from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classbell import bootstrap
from classbell.domain.notifications.layout.choose import NONE_CHOSEN, LookChoice, set_look
from classbell.domain.notifications.layout.example import example
from classbell.domain.notifications.layout.layout import in_theme, with_pictures_inside
from classbell.domain.notifications.layout.look import DEFAULT_COLOUR, Look, look_of
from classbell.domain.notifications.layout.pictures import MOST_BYTES
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.access import actor_of, signed_in
from classbell.web.pages import show
from classbell.web.security import allow_own_frames, guard_mail
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

FIELDS = ("colour", "reply_to", "reply_to_name")
DARK = "dark"


@require_http_methods(["GET", "POST"])
def general(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the settings with an example of a mail, or save them."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    if request.method == "GET":
        return _page(request, access, catalog, _stored(look_of(catalog.organisation, catalog)))
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    choice = LookChoice(**typed, logo=_logo(request))
    try:
        changed = set_look(
            bootstrap.ports(), catalog=catalog, choice=choice, actor=actor_of(access)
        )
    except InvalidInput as error:
        return _page(request, access, catalog, typed, error=error)
    add_toast(request, _("Settings saved.") if changed else _("Nothing was changed."))
    return leave_for(reverse("general", args=[slug]))


@require_GET
def show_example(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with an example of the catalog's mail, for the frame on the page."""
    catalog = require_catalog_admin(signed_in(request), slug)
    html = with_pictures_inside(example(bootstrap.ports(), catalog))
    return guard_mail(HttpResponse(in_theme(html, dark=request.GET.get("theme") == DARK)))


def _page(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    typed: dict[str, str],
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the form, which keeps what was typed."""
    allow_own_frames(request)
    theme = DARK if request.GET.get("theme") == DARK else "light"
    status = connection_status(catalog)
    by_provider = status.mails_by_provider and status.provider is not None
    context = {
        "typed": typed,
        "error": error,
        "look": look_of(catalog.organisation, catalog),
        "default_colour": DEFAULT_COLOUR,
        "most_kilobytes": MOST_BYTES // 1000,
        "sender": status.sends_as,
        "sender_name": status.account.name if status.account and not by_provider else "",
        "by_provider": by_provider,
        "theme": theme,
        "example": f"{reverse('look-example', args=[catalog.slug])}?theme={theme}",
    }
    code = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return show(
        request,
        "general.html",
        context,
        access=access,
        catalog=catalog,
        current="general",
        status=code,
    )


def _stored(look: Look) -> dict[str, str]:
    """Return the fields as they are kept."""
    return {
        "colour": look.colour,
        "reply_to": look.reply_to.address if look.reply_to else "",
        "reply_to_name": look.reply_to.name if look.reply_to else "",
    }


def _logo(request: HttpRequest) -> bytes | None:
    """Return the uploaded picture, one byte more than allowed at most; None to keep the old one."""
    sent = request.FILES.get("logo")
    if isinstance(sent, UploadedFile) and sent.size:
        return bytes(sent.read(MOST_BYTES + 1))
    return NONE_CHOSEN if "no_logo" in request.POST else None
