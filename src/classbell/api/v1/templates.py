"""What a catalog's notifications say, to whom they go, and whether they go at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field

from classbell import bootstrap
from classbell.api.v1.answers import answer, require_unchanged
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.routes import operation
from classbell.domain.integrations.scopes import ApiScope
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.templates.edit import (
    kind_to_edit,
    reset_template,
    save_template,
    switch_kind,
)
from classbell.domain.notifications.templates.effective import (
    fields_of,
    reminder_days,
    switch_of,
    template_of,
    text_in,
)
from classbell.domain.notifications.templates.fields import (
    AS_ALWAYS,
    CustomText,
    RecipientRole,
    Recipients,
    TemplateFields,
)
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog

router = Router(tags=["templates"])
TEMPLATES = "/catalogs/{slug}/templates"
TEMPLATE = f"{TEMPLATES}/{{kind}}"

KindName = Annotated[
    str, Path(..., pattern="^[a-z_]+$", max_length=60, description="such as session_reminder")
]


class TextOut(Schema):
    """What a notification says in one language, and whether those are the catalog's own words."""

    subject: str
    message: str
    subject_customised: bool
    message_customised: bool


class RecipientsForm(Schema):
    """Roles, and people by id beside them."""

    roles: list[RecipientRole] = Field([], max_length=10)
    people: list[UUID] = Field([], max_length=100)


class TemplateOut(Schema):
    """One kind of notification as it is in force."""

    kind: str
    title: str
    on: bool
    version: int = Field(description="0 where the catalog never changed it")
    to: RecipientsForm
    cc: RecipientsForm
    reminder_days: list[int]
    variables: list[str] = Field(description="what may stand in braces")
    texts: dict[str, TextOut]


class Templates(Schema):
    """Every kind of notification that a catalog can change."""

    items: list[TemplateOut]


class TextIn(Schema):
    """The catalog's own words; null for the product's."""

    subject: str | None = Field(None, max_length=1000)
    message: str | None = Field(None, max_length=100_000, description="HTML, one paragraph a line")


class TemplateIn(Schema):
    """Everything that is customised from now on; what is left out is the product's."""

    to: RecipientsForm | None = None
    cc: RecipientsForm = RecipientsForm(roles=[], people=[])
    reminder_days: list[int] | None = Field(None, max_length=20)
    texts: dict[str, TextIn] = Field({}, max_length=20)


class SwitchIn(Schema):
    """Whether it is sent."""

    on: bool


def shown(catalog: Catalog, kind: Kind) -> TemplateOut:
    """Return a kind as it is in force in a catalog."""
    template = template_of(catalog.pk, kind)
    fields = fields_of(template)
    return TemplateOut(
        kind=kind.name,
        title=kind.title,
        on=switch_of(kind, template).on,
        version=template.number if template else 0,
        to=_form(fields.to or AS_ALWAYS),
        cc=_form(fields.cc),
        reminder_days=list(reminder_days(kind, fields)),
        variables=sorted(kind.variables),
        texts={language: _text(kind, fields, language) for language in LANGUAGES},
    )


@operation(router, "GET", TEMPLATES, scope=ApiScope.TEMPLATES_READ, returns=Templates)
def list_templates(request: HttpRequest, slug: Slug) -> HttpResponse:
    """List every kind of notification that the catalog can change."""
    catalog = caller(request).catalog(slug)
    kinds = sorted((one for one in REGISTRY.values() if one.customisable), key=lambda k: k.name)
    return answer(request, Templates(items=[shown(catalog, kind) for kind in kinds]))


@operation(router, "GET", TEMPLATE, scope=ApiScope.TEMPLATES_READ, returns=TemplateOut)
def read_template(request: HttpRequest, slug: Slug, kind: KindName) -> HttpResponse:
    """Read what one kind of notification says."""
    catalog = caller(request).catalog(slug)
    return answer(request, shown(catalog, kind_to_edit(kind)))


@operation(
    router,
    "PUT",
    TEMPLATE,
    scope=ApiScope.TEMPLATES_WRITE,
    returns=TemplateOut,
    headers=("If-Match",),
)
def replace_template(
    request: HttpRequest, slug: Slug, kind: KindName, wanted: TemplateIn
) -> HttpResponse:
    """Let a notification say from now on what is sent here; the former text is kept as a version.

    Messages that are under way stay as they are.
    """
    asking = caller(request)
    catalog, found = asking.catalog(slug), kind_to_edit(kind)
    fields = TemplateFields(
        to=None if wanted.to is None else _recipients(wanted.to),
        cc=_recipients(wanted.cc),
        reminder_days=None if wanted.reminder_days is None else tuple(wanted.reminder_days),
        texts=_texts(wanted.texts),
    )
    with transaction.atomic():
        _lock(catalog)
        require_unchanged(request, lambda: shown(catalog, found))
        save_template(
            bootstrap.ports(), catalog=catalog, kind_name=kind, fields=fields, actor=asking.actor
        )
    return answer(request, shown(catalog, found))


@operation(
    router,
    "PATCH",
    TEMPLATE,
    scope=ApiScope.TEMPLATES_WRITE,
    returns=TemplateOut,
    headers=("If-Match",),
)
def switch_template(
    request: HttpRequest, slug: Slug, kind: KindName, wanted: SwitchIn
) -> HttpResponse:
    """Switch a notification on or off for the catalog."""
    asking = caller(request)
    catalog, found = asking.catalog(slug), kind_to_edit(kind)
    with transaction.atomic():
        _lock(catalog)
        require_unchanged(request, lambda: shown(catalog, found))
        switch_kind(
            bootstrap.ports(), catalog=catalog, kind_name=kind, on=wanted.on, actor=asking.actor
        )
    return answer(request, shown(catalog, found))


@operation(
    router,
    "DELETE",
    TEMPLATE,
    name="reset_template",
    scope=ApiScope.TEMPLATES_WRITE,
    returns=TemplateOut,
    headers=("If-Match",),
)
def reset(request: HttpRequest, slug: Slug, kind: KindName) -> HttpResponse:
    """Let a notification say again what the product says; its versions stay."""
    asking = caller(request)
    catalog, found = asking.catalog(slug), kind_to_edit(kind)
    with transaction.atomic():
        _lock(catalog)
        require_unchanged(request, lambda: shown(catalog, found))
        reset_template(bootstrap.ports(), catalog=catalog, kind_name=kind, actor=asking.actor)
    return answer(request, shown(catalog, found))


def _lock(catalog: Catalog) -> None:
    """Let no other program change a notification until the transaction ends.

    One that was never changed has no row of its own that could be locked; the catalog has one.
    """
    Catalog.objects.select_for_update(of=("self",), no_key=True).get(pk=catalog.pk)


def _texts(given: Mapping[str, TextIn]) -> dict[str, CustomText]:
    if unknown := sorted(set(given) - set(LANGUAGES)):
        raise InvalidInput(
            f"There is no language «{unknown[0][:20]}».",
            field="texts",
            remedy=f"Use one of: {', '.join(LANGUAGES)}.",
        )
    return {language: CustomText(one.subject, one.message) for language, one in given.items()}


def _text(kind: Kind, fields: TemplateFields, language: str) -> TextOut:
    text = text_in(kind, fields, language)
    return TextOut(
        subject=text.subject,
        message=text.message,
        subject_customised=text.subject_customised,
        message_customised=text.message_customised,
    )


def _form(recipients: Recipients) -> RecipientsForm:
    return RecipientsForm(roles=list(recipients.roles), people=list(recipients.people))


def _recipients(form: RecipientsForm) -> Recipients:
    return Recipients(tuple(form.roles), tuple(form.people))
