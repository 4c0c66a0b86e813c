"""Webhooks: which addresses are told of what happens in a catalog, or in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classbell import bootstrap
from classbell.domain.webhooks.endpoints import (
    EndpointChoice,
    NewSecret,
    change_endpoint,
    create_endpoint,
)
from classbell.domain.webhooks.event_types import GROUPS, MANY, TYPES, EventType
from classbell.domain.webhooks.switching import FAILING, GONE
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import WebhookEndpoint, WebhookState
from classbell.storage.queries.webhooks import deliveries_of, endpoint_of, endpoints_of
from classbell.web.access import actor_of
from classbell.web.admin_center.webhook_places import Place, place_of
from classbell.web.admin_center.words import Badge
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    url: str
    description: str
    event_types: tuple[str, ...]


@require_GET
def webhooks(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Show the webhooks of a catalog, or those of all catalogs."""
    place = place_of(request, slug)
    found = endpoints_of(place.organisation.pk, place.catalog)
    return show_there(
        request, place, "webhooks.html", {"rows": [(one, *state_of(one)) for one in found]}
    )


@require_http_methods(["GET", "POST"])
def new_webhook(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Ask for an address and its events, or take them and show the secret, once."""
    place = place_of(request, slug)
    if request.method == "GET":
        usual = tuple(one.name for one in TYPES if one.name not in MANY)
        return _form(request, place, Typed("", "", usual))
    typed = _typed(request)
    try:
        made = create_endpoint(
            bootstrap.ports(),
            organisation=place.organisation,
            catalog=place.catalog,
            choice=EndpointChoice(typed.url, typed.description, typed.event_types),
            actor=actor_of(place.access),
        )
    except InvalidInput as error:
        return _form(request, place, typed, error)
    return show_webhook(request, place, made.endpoint, made=made)


@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, endpoint_id: UUID, slug: str | None = None) -> HttpResponse:
    """Show one webhook with its log, or change it."""
    place = place_of(request, slug)
    endpoint = the_endpoint(place, endpoint_id)
    if request.method == "GET":
        return show_webhook(request, place, endpoint)
    typed = _typed(request)
    try:
        changed = change_endpoint(
            bootstrap.ports(),
            endpoint=endpoint,
            choice=EndpointChoice(typed.url, typed.description, typed.event_types),
            actor=actor_of(place.access),
        )
    except InvalidInput as error:
        return show_webhook(request, place, endpoint, typed=typed, error=error)
    add_toast(request, _("Saved.") if changed else _("Nothing was changed."))
    return leave_for(place.address("webhook", endpoint_id))


def the_endpoint(place: Place, endpoint_id: UUID) -> WebhookEndpoint:
    """Return one of the webhooks of a place.

    Raises:
        NotFoundHere: it has none of that id.
    """
    found = endpoint_of(place.organisation.pk, place.catalog, endpoint_id)
    if found is None:
        raise NotFoundHere(
            _("There is no such webhook here."),
            remedy=_("It may have been deleted. Choose one from the list."),
        )
    return found


def show_webhook(
    request: HttpRequest,
    place: Place,
    endpoint: WebhookEndpoint,
    *,
    made: NewSecret | None = None,
    typed: Typed | None = None,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show one webhook; with its secret where that was made just now."""
    present = Typed(endpoint.url, endpoint.description, tuple(endpoint.event_types))
    page = Paginator(deliveries_of(endpoint), ON_A_PAGE).get_page(request.GET.get("page"))
    badge, why = state_of(endpoint)
    context = {
        "endpoint": endpoint,
        "badge": badge,
        "why": why,
        "secret": made.secret if made else "",
        "page": page,
        "rows": [(row, delivery_badge(row.state)) for row in page],
        "spans": [
            ("1", _("The last hour")),
            ("24", _("The last day")),
            ("168", _("The last week")),
        ],
        **_form_context(typed or present, error),
    }
    response = show_there(request, place, "webhook.html", context, status=422 if error else 200)
    response["Cache-Control"] = "no-store"
    return response


def show_there(
    request: HttpRequest,
    place: Place,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """Show a page about webhooks where they belong; the words are those of ``show``."""
    return show(
        request,
        template,
        {**context, "place": place},
        access=place.access,
        catalog=place.catalog,
        current=place.current,
        status=status,
    )


def state_of(endpoint: WebhookEndpoint) -> tuple[Badge, str]:
    """Return in a word how an endpoint is doing, and a sentence where it does not work."""
    if not endpoint.is_on:
        why: dict[str, Callable[[], str]] = {
            GONE: lambda: _("Its address answered that it is gone (410)."),
            FAILING: lambda: _("It failed for five days without one success."),
        }
        return ("", _("Off")), why.get(endpoint.off_reason, lambda: "")()
    if endpoint.failing_since is not None:
        return ("warning", _("Failing")), _("What waits is tried again over a day.")
    return ("success", _("On")), ""


def delivery_badge(state: str) -> Badge:
    """Return in a word where a delivery stands."""
    return {
        WebhookState.WAITING.value: ("", _("Waiting")),
        WebhookState.DELIVERED.value: ("success", _("Delivered")),
        WebhookState.FAILED.value: ("danger", _("Failed")),
        WebhookState.STOPPED.value: ("", _("Stopped")),
    }[state]


def _form(
    request: HttpRequest, place: Place, typed: Typed, error: InvalidInput | None = None
) -> HttpResponse:
    """Show the form of a new webhook."""
    context = _form_context(typed, error)
    return show_there(request, place, "webhook_new.html", context, status=422 if error else 200)


def _form_context(typed: Typed, error: InvalidInput | None) -> dict[str, object]:
    """Return what the form needs: the events by what they are about, and what is wrong."""
    groups: list[tuple[str, list[tuple[EventType, str]]]] = [
        (_(title), [(one, _(one.when)) for one in TYPES if one.group == group])
        for group, title in GROUPS.items()
    ]
    return {"typed": typed, "groups": groups, "error": error}


def _typed(request: HttpRequest) -> Typed:
    """Return what was typed."""
    return Typed(
        request.POST.get("url", "").strip(),
        request.POST.get("description", "").strip(),
        tuple(one.name for one in TYPES if one.name in request.POST),
    )
