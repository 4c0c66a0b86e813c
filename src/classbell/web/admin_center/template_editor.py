"""The editor of one notification: recipients, text, preview, switches and versions."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.cost import Cost, cost_to_confirm
from classbell.domain.notifications.templates.edit import (
    checked_fields,
    kind_to_edit,
    save_template,
)
from classbell.domain.notifications.templates.effective import fields_of, template_of
from classbell.domain.notifications.templates.try_out import send_test
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, NotificationTemplate
from classbell.web.access import actor_of, signed_in
from classbell.web.admin_center.template_page import Bench, show_bench
from classbell.web.admin_center.template_preview import about_of, choices_of, language_of
from classbell.web.admin_center.template_typed import (
    Typed,
    put_default,
    read_form,
    stored_form,
)
from classbell.web.components import moments
from classbell.web.components.environment import number
from classbell.web.pages import viewer_of
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

DEFAULT = "default-"
"""Before the name of a field, the act of putting the product's own into it."""


@require_http_methods(["GET", "POST"])
def edit_notification(request: HttpRequest, slug: str, kind_name: str) -> HttpResponse:
    """Show the editor, or do what a button of its form says.

    Only saving changes anything that is kept. Everything else shows the form again with what was
    typed, so that it works without a script.
    """
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    kind = kind_to_edit(kind_name)
    template = template_of(catalog.pk, kind)
    sent = request.POST if request.method == "POST" else request.GET
    language = language_of(sent, access, catalog)
    bench = Bench(
        access=access,
        catalog=catalog,
        kind=kind,
        template=template,
        choices=choices_of(sent, access, catalog, kind),
        typed=_stored(catalog, kind, template, language),
    )
    if request.method == "GET":
        return show_bench(request, bench)
    bench.typed, bench.unsaved = read_form(request, language), True
    act = request.POST.get("act", "save")
    if act.startswith(DEFAULT):
        put_default(bench.typed, act.removeprefix(DEFAULT), kind)
    elif act == "test":
        _test(request, bench)
    elif act in {"save", "save-anyway"}:
        return _save(request, bench, confirmed=act == "save-anyway")
    return show_bench(request, bench, status=bench.status)


def _save(request: HttpRequest, bench: Bench, *, confirmed: bool) -> HttpResponse:
    """Save what was typed; where it costs time, only once that was confirmed."""
    before = fields_of(bench.template)
    try:
        fields = checked_fields(
            bench.kind,
            bench.catalog,
            bench.typed.fields(bench.kind, before, bench.catalog.organisation_id),
        )
        cost = cost_to_confirm(
            bench.catalog,
            bench.kind,
            before,
            fields,
            pace=bootstrap.pace(),
            now=bootstrap.ports().clock.now(),
        )
        if cost is not None and not confirmed:
            bench.warning = cost_words(bench.access, bench.catalog, cost)
            return show_bench(request, bench, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        saved = save_template(
            bootstrap.ports(),
            catalog=bench.catalog,
            kind_name=bench.kind.name,
            fields=fields,
            actor=actor_of(bench.access),
            seen=bench.typed.number,
        )
    except InvalidInput as error:
        _refused(bench, error)
        return show_bench(request, bench, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if saved.changed:
        add_toast(request, _("Saved."), _("What is under way already says what it said."))
    else:
        add_toast(request, _("Nothing was changed."), kind="info")
    here = reverse("notification-edit", args=[bench.catalog.slug, bench.kind.name])
    return leave_for(f"{here}?{bench.choices.query(bench.typed.language)}")


def _test(request: HttpRequest, bench: Bench) -> None:
    """Send what was typed to the admin who asks."""
    about = about_of(request.POST, bench.access, bench.catalog, bench.kind)
    try:
        send_test(
            bootstrap.ports(),
            catalog=bench.catalog,
            kind_name=bench.kind.name,
            fields=bench.typed.text_fields(),
            language=bench.typed.language,
            about=about,
            actor=actor_of(bench.access),
        )
    except InvalidInput as error:
        bench.typed.refuse(error)
        return
    add_toast(request, _("Test sent."), tested_words(bench.access))


def tested_words(access: Access) -> str:
    """Say where a test goes."""
    return _("It goes to %(address)s and stands in the delivery log.") % {
        "address": access.person.address
    }


def cost_words(access: Access, catalog: Catalog, cost: Cost) -> str:
    """Say what naming its readers costs a notification that could be shared."""
    viewer = viewer_of(access, catalog)

    def span(length: timedelta | None) -> str:
        return _("more than a year") if length is None else moments.span(viewer, length)

    names = dict.fromkeys(name for some in cost.variables.values() for name in some)
    return _(
        "%(variables)s makes each message a person’s own. For %(people)s people that takes "
        "%(singly)s instead of %(together)s."
    ) % {
        "variables": ", ".join(f"{{{name}}}" for name in names),
        "people": number(cost.people, viewer),
        "singly": span(cost.singly),
        "together": span(cost.together),
    }


def _refused(bench: Bench, error: InvalidInput) -> None:
    """Put an error beside its field; who overwrites somebody else's text has been told now."""
    bench.typed.refuse(error)
    if error.field == "number":
        bench.template = template_of(bench.catalog.pk, bench.kind)
        bench.typed.number = bench.template.number if bench.template else 0


def _stored(
    catalog: Catalog, kind: Kind, template: NotificationTemplate | None, language: str
) -> Typed:
    return stored_form(
        kind,
        fields_of(template),
        language,
        template.number if template else 0,
        catalog.organisation_id,
    )
