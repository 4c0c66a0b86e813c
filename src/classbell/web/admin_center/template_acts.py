"""Acts on a notification beside its text: switch, test of what is stored, reset, restore."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.cost import cost_to_confirm
from classbell.domain.notifications.templates.edit import (
    customised,
    kind_to_edit,
    reset_template,
    restore_version,
    switch_kind,
)
from classbell.domain.notifications.templates.effective import (
    fields_of,
    template_of,
)
from classbell.domain.notifications.templates.fields import TemplateFields, from_json
from classbell.domain.notifications.templates.try_out import send_test
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog
from classbell.storage.queries import pages_templates as queries
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.notification_rows import Filters
from classbell.web.admin_center.notification_words import field_names
from classbell.web.admin_center.template_editor import cost_words, tested_words
from classbell.web.admin_center.template_preview import about_of, language_of
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast
from classbell.web.translated import translated


def notification_of(
    request: HttpRequest, slug: str, kind_name: str
) -> tuple[Access, Catalog, Kind]:
    """Return who asks, and the notification of their catalog.

    Raises:
        NotAllowed, NotFoundHere: they do not administer it, or it is not theirs to shape.
    """
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    return access, catalog, kind_to_edit(kind_name)


@require_POST
def switch(request: HttpRequest, slug: str, kind_name: str) -> HttpResponse:
    """Switch a notification on or off for the catalog."""
    access, catalog, kind = notification_of(request, slug, kind_name)
    on = request.POST.get("on") == "on"
    switch_kind(
        bootstrap.ports(), catalog=catalog, kind_name=kind_name, on=on, actor=actor_of(access)
    )
    add_toast(request, _("Switched on.") if on else _("Switched off."), _(kind.title))
    if request.POST.get("from") == "editor":
        return leave_for(reverse("notification-edit", args=[slug, kind_name]))
    return leave_for(Filters.read(request.POST).address(slug))


@require_POST
def test(request: HttpRequest, slug: str, kind_name: str) -> HttpResponse:
    """Send the stored text to the admin who asks."""
    access, catalog, kind = notification_of(request, slug, kind_name)
    try:
        send_test(
            bootstrap.ports(),
            catalog=catalog,
            kind_name=kind_name,
            fields=fields_of(template_of(catalog.pk, kind)),
            language=language_of({"language": access.person.language}, access, catalog),
            about=about_of({}, access, catalog, kind),
            actor=actor_of(access),
        )
    except InvalidInput as error:
        add_toast(request, translated(error.what), translated(error.remedy), kind="error")
    else:
        add_toast(request, _("Test sent."), tested_words(access))
    return leave_for(Filters.read(request.POST).address(slug))


@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, slug: str, kind_name: str) -> HttpResponse:
    """Say what resetting takes away, or do it."""
    access, catalog, kind = notification_of(request, slug, kind_name)
    if request.method == "POST":
        reset_template(
            bootstrap.ports(), catalog=catalog, kind_name=kind_name, actor=actor_of(access)
        )
        add_toast(request, _("Reset to default."), _(kind.title))
        return leave_for(reverse("notification-edit", args=[slug, kind_name]))
    lost = customised(fields_of(template_of(catalog.pk, kind)))
    return _confirm(request, access, catalog, kind, holds=field_names(lost))


@require_http_methods(["GET", "POST"])
def restore(request: HttpRequest, slug: str, kind_name: str, number: int) -> HttpResponse:
    """Say what a version holds, or bring it back."""
    access, catalog, kind = notification_of(request, slug, kind_name)
    error = None
    if request.method == "POST":
        try:
            restore_version(
                bootstrap.ports(),
                catalog=catalog,
                kind_name=kind_name,
                number=number,
                actor=actor_of(access),
            )
        except InvalidInput as refused:
            error = refused
        else:
            add_toast(request, _("Version %(number)s restored.") % {"number": number})
            return leave_for(reverse("notification-edit", args=[slug, kind_name]))
    fields = _version(access, catalog, kind, number)
    return _confirm(
        request,
        access,
        catalog,
        kind,
        holds=field_names(customised(fields)),
        version=number,
        fields=fields,
        error=error,
    )


def _version(access: Access, catalog: Catalog, kind: Kind, number: int) -> TemplateFields:
    """Return what a version holds; 0 is the product's own text."""
    if number == 0:
        return TemplateFields()
    scope = access.scope.narrowed_to(catalog.id)
    version = queries.versions(scope, kind.name).filter(number=number).first()
    if version is None:
        raise NotFoundHere(_("There is no such version of this notification."))
    return from_json(version.fields)


def _confirm(
    request: HttpRequest,
    access: Access,
    catalog: Catalog,
    kind: Kind,
    *,
    holds: str,
    version: int | None = None,
    fields: TemplateFields | None = None,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Ask before the text in force gives way to a version, or where that is None to the default."""
    before, cost = fields_of(template_of(catalog.pk, kind)), None
    if fields is not None:
        now, pace = bootstrap.ports().clock.now(), bootstrap.pace()
        cost = cost_to_confirm(catalog, kind, before, fields, pace=pace, now=now)
    context = {
        "kind": kind,
        "title": _(kind.title),
        "holds": holds,
        "version": version,
        "cost": cost_words(access, catalog, cost) if cost else "",
        "error": error,
    }
    return show(
        request,
        "notification_confirm.html",
        context,
        access=access,
        catalog=catalog,
        current="notifications",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )
