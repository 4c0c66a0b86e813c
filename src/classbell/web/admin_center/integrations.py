"""Catalog settings > Integrations: other programs, what they may do, and their tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.integrations.integrations import (
    MOST_DAYS,
    create_integration,
    integration_in,
    integrations_of,
    register_application,
    revoke_integration,
    rotate_token,
)
from classbell.domain.integrations.scopes import MEANINGS
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, Integration
from classbell.web.access import actor_of, signed_in
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

USUAL_DAYS = 90


@dataclass(frozen=True, slots=True)
class Row:
    """An integration in the list; ``ending`` tells its newest token from others."""

    integration: Integration
    ending: str
    expired: bool


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, and what is wrong with it."""

    name: str = ""
    scopes: frozenset[str] = frozenset()
    days: str = str(USUAL_DAYS)
    application_id: str = ""
    error: InvalidInput | None = None

    def wrong(self, field: str) -> InvalidInput | None:
        """Return the error where it is about this field."""
        return self.error if self.error is not None and self.error.field == field else None


@require_GET
def integrations(request: HttpRequest, slug: str) -> HttpResponse:
    """List the catalog's integrations."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    now = bootstrap.ports().clock.now()
    rows = [_row(one, now) for one in integrations_of(catalog)]
    return _shown(request, "integrations.html", {"rows": rows}, access, catalog)


@require_http_methods(["GET", "POST"])
def new_integration(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the empty form, or make an integration and show its token, once."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    if request.method == "GET":
        return _form(request, access, catalog, Form())
    typed = Form(
        name=request.POST.get("name", ""),
        scopes=frozenset(scope for scope in MEANINGS if _box(scope) in request.POST),
        days=request.POST.get("days", ""),
        application_id=request.POST.get("application_id", "").strip(),
    )
    try:
        return _made(request, access, catalog, typed)
    except InvalidInput as error:
        wrong = Form(typed.name, typed.scopes, typed.days, typed.application_id, error)
        return _form(request, access, catalog, wrong)


@require_GET
def integration(request: HttpRequest, slug: str, integration_id: UUID) -> HttpResponse:
    """Show one integration, and what can be done about it."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    found = integration_in(catalog, integration_id)
    context = {
        "integration": found,
        "catalogs": found.catalogs.order_by("title"),
        "tokens": found.tokens.filter(revoked_at=None).order_by("-created_at"),
        "scopes": [(scope, MEANINGS[scope]) for scope in MEANINGS if scope in found.scopes],
        "days": _days(),
    }
    return _shown(request, "integration.html", context, access, catalog)


@require_POST
def rotate(request: HttpRequest, slug: str, integration_id: UUID) -> HttpResponse:
    """Give an integration a new token and show it, once."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    found = integration_in(catalog, integration_id)
    days = _number(request.POST.get("days", ""))
    issued = rotate_token(bootstrap.ports(), integration=found, days=days, actor=actor_of(access))
    context = {"integration": issued.integration, "token": issued.token, "rotated": True}
    return _shown(request, "integration_token.html", context, access, catalog)


@require_POST
def revoke(request: HttpRequest, slug: str, integration_id: UUID) -> HttpResponse:
    """Let an integration act no more."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    found = integration_in(catalog, integration_id)
    revoke_integration(bootstrap.ports(), integration=found, actor=actor_of(access))
    add_toast(request, _("Integration revoked."), found.name)
    return leave_for(reverse("integrations", args=[slug]))


def _made(request: HttpRequest, access: Access, catalog: Catalog, typed: Form) -> HttpResponse:
    """Make what was typed."""
    days = _number(typed.days)
    if typed.application_id:
        made = register_application(
            bootstrap.ports(),
            catalogs=[catalog],
            name=typed.name,
            scopes=typed.scopes,
            days=days,
            application_id=_application(typed.application_id),
            actor=actor_of(access),
        )
        add_toast(request, _("Integration created."), made.name)
        return leave_for(reverse("integrations", args=[catalog.slug]))
    issued = create_integration(
        bootstrap.ports(),
        catalogs=[catalog],
        name=typed.name,
        scopes=typed.scopes,
        days=days,
        actor=actor_of(access),
    )
    context = {"integration": issued.integration, "token": issued.token, "rotated": False}
    return _shown(request, "integration_token.html", context, access, catalog)


def _form(request: HttpRequest, access: Access, catalog: Catalog, typed: Form) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed.error else HTTPStatus.OK
    context = {
        "typed": typed,
        "boxes": [(_box(scope), scope, MEANINGS[scope]) for scope in MEANINGS],
        "days": _days(),
    }
    return _shown(request, "integration_new.html", context, access, catalog, status=status)


def _shown(
    request: HttpRequest,
    template: str,
    context: dict[str, object],
    access: Access,
    catalog: Catalog,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    return show(
        request,
        template,
        context,
        access=access,
        catalog=catalog,
        current="integrations",
        status=status,
    )


def _row(one: Integration, now: datetime) -> Row:
    newest = max(one.tokens.all(), key=lambda token: token.created_at, default=None)
    return Row(one, newest.ending if newest else "", one.expires_at <= now)


def _days() -> list[tuple[str, str]]:
    """Return for how long a token may be good, in words."""
    return [
        (str(days), _("%(days)s days") % {"days": days})
        for days in (30, USUAL_DAYS, 180, MOST_DAYS)
    ]


def _box(scope: str) -> str:
    """Return the name of a scope's check box."""
    return f"scope_{scope.replace(':', '_')}"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:  # noqa: PLR2004 -- a year is less
        raise InvalidInput(_("Choose for how long the token shall be valid."), field="days")
    return int(text)


def _application(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(
            _("An application id is a UUID."),
            field="application_id",
            remedy=_("Copy it from the application's page in Microsoft Entra ID."),
        ) from error
