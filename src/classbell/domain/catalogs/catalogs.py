"""Creating course catalogs, and changing what they are called and how they speak."""

from __future__ import annotations

import re

from django.db import transaction

from classbell.domain.organisations.access import access_of, require_lms_admin
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.organisations.preferences import require_language, require_time_zone
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Connection, Organisation

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 60
LONGEST_TITLE = 200


def create_catalog(
    ports: Ports,
    *,
    organisation: Organisation,
    title: str,
    slug: str,
    language: str,
    time_zone: str,
    actor: Actor,
) -> Catalog:
    """Create a catalog, with its Microsoft 365 connection switched off.

    Args:
        ports: the outside world.
        organisation: whose catalog it is.
        title: what people call it.
        slug: its name in addresses and on the command line: small letters, digits, hyphens.
        language: language tag such as ``en`` or ``de-AT``, for people without one of their own.
        time_zone: IANA name such as ``Europe/Copenhagen``.
        actor: an LMS admin of the organisation, or the operator.

    Raises:
        InvalidInput: a value is unusable, or the slug is taken.
        NotAllowed, NotFoundHere: the actor may not create catalogs here.
    """
    _require_may_create(actor, organisation)
    _check(title, slug, language, time_zone)
    with transaction.atomic():
        if Catalog.objects.filter(slug=slug).exists():
            raise InvalidInput(f"The short name «{slug}» is taken.", field="slug")
        catalog = Catalog.objects.create(
            organisation=organisation,
            slug=slug,
            title=title.strip(),
            language=language,
            time_zone=time_zone,
            created_at=ports.clock.now(),
        )
        Connection.objects.create(catalog=catalog)
        _tell(ports, catalog, actor)
    return catalog


def change_catalog(
    ports: Ports,
    *,
    catalog: Catalog,
    actor: Actor,
    title: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
) -> Catalog:
    """Change a catalog; its slug stays, for links and programs hold on to it.

    Args:
        ports: the outside world.
        catalog: which one.
        actor: an LMS admin of the organisation, or the operator.
        title: what people call it; None leaves it.
        language: language tag for people without one of their own; None leaves it.
        time_zone: IANA name for what has no zone of its own; sessions keep theirs. None leaves it.

    Raises:
        InvalidInput: a value is unusable; nothing was changed.
        NotAllowed, NotFoundHere: the actor may not change it.
    """
    _require_may_create(actor, catalog.organisation)
    wanted = {"title": title, "language": language, "time_zone": time_zone}
    with transaction.atomic():
        locked = Catalog.objects.select_for_update().get(pk=catalog.pk)
        before = {name: getattr(locked, name) for name in wanted}
        after = {name: before[name] if new is None else new for name, new in wanted.items()}
        _check(after["title"], locked.slug, after["language"], after["time_zone"])
        after["title"] = after["title"].strip()
        if after == before:
            return locked
        for name, value in after.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(after))
        record(
            ports,
            actor=actor,
            catalog=locked,
            action="catalog.changed",
            subject=f"catalog:{locked.slug}",
            before=before,
            after=after,
        )
    return locked


def _require_may_create(actor: Actor, organisation: Organisation) -> None:
    if actor.person is None:
        return
    if actor.person.organisation_id != organisation.id:
        raise NotFoundHere("There is no such organisation here.")
    require_lms_admin(access_of(actor.person))


def _check(title: str, slug: str, language: str, time_zone: str) -> None:
    """Refuse what people or programs could not use later."""
    if not title.strip():
        raise InvalidInput("A catalog needs a title.", field="title")
    length, longest = len(title.strip()), LONGEST_TITLE
    if length > longest:
        raise InvalidInput(
            f"The title has {length} characters.",
            field="title",
            remedy=f"Shorten it to {longest} characters or fewer.",
        )
    if len(slug) > LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise InvalidInput(
            f"«{slug}» cannot be a short name.",
            field="slug",
            remedy="Use small letters, digits and single hyphens, at most 60 characters.",
        )
    require_language(language)
    require_time_zone(time_zone)


def _tell(ports: Ports, catalog: Catalog, actor: Actor) -> None:
    """Write record and event of a new catalog."""
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action="catalog.created",
        subject=f"catalog:{catalog.slug}",
        after={
            "title": catalog.title,
            "language": catalog.language,
            "time_zone": catalog.time_zone,
        },
    )
    emit(
        ports,
        catalog=catalog,
        name="catalog.created",
        payload={"catalog": catalog.slug, "title": catalog.title},
    )
