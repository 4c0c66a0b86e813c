"""What the operator reads on the command line: the one place that looks across organisations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from classbell.storage.models import (
    AuditEntry,
    Catalog,
    CourseSession,
    EmailProvider,
    EnrolmentState,
    Message,
    Organisation,
    Person,
    RoleAssignment,
)
from classbell.storage.queries import message_log
from classbell.storage.queries.message_log import Log
from classbell.storage.scope import Scope


def organisations() -> QuerySet[Organisation]:
    """Return all organisations by name, with the number of their catalogs (``catalog_count``)."""
    return Organisation.objects.annotate(catalog_count=Count("catalogs")).order_by("name")


def organisation_of(tenant_id: UUID) -> Organisation | None:
    """Return the organisation bound to a tenant, or None."""
    return Organisation.objects.filter(tenant_id=tenant_id).first()


def active_providers() -> QuerySet[EmailProvider]:
    """Return what is activated of Azure Communication Services, with its organisation."""
    rows = EmailProvider.objects.select_related("organisation").filter(active=True)
    return rows.order_by("organisation__name")


def catalogs() -> QuerySet[Catalog]:
    """Return all catalogs with organisation and connected account."""
    return Catalog.objects.select_related("organisation", "connection__account")


def catalogs_of(tenant_id: UUID | None) -> QuerySet[Catalog]:
    """Return the catalogs of a tenant, or all of them, by organisation and short name."""
    rows = catalogs().order_by("organisation__name", "slug")
    return rows if tenant_id is None else rows.filter(organisation__tenant_id=tenant_id)


def catalog_named(slug: str) -> Catalog | None:
    """Return the catalog of that short name, or None."""
    return catalogs().filter(slug=slug).first()


def catalog_of(tenant_id: UUID, slug: str) -> Catalog | None:
    """Return a catalog of a tenant by its short name, or None."""
    return Catalog.objects.filter(slug=slug, organisation__tenant_id=tenant_id).first()


def people_of(tenant_id: UUID) -> QuerySet[Person]:
    """Return the people of a tenant by name, with their roles."""
    people = Person.objects.filter(organisation__tenant_id=tenant_id)
    return people.prefetch_related("roles__catalog").order_by("name")


def person_of(tenant_id: UUID, named: str) -> Person | None:
    """Return somebody of a tenant by object id or address, or None."""
    people = Person.objects.filter(organisation__tenant_id=tenant_id)
    try:
        return people.filter(object_id=UUID(named)).first()
    except ValueError:
        return people.filter(address_key=named.strip().lower()).first()


def held_role(person: Person, role: str, catalog: Catalog | None) -> RoleAssignment | None:
    """Return somebody's role, in a catalog or in the whole organisation, or None."""
    return person.roles.filter(role=role, catalog=catalog).first()


def sessions_of(slug: str) -> QuerySet[CourseSession]:
    """Return a catalog's sessions by their start, with entry and learners (``taken``)."""
    enrolled = Q(enrolments__state=EnrolmentState.ENROLLED)
    return (
        CourseSession.objects.filter(course__catalog__slug=slug)
        .select_related("course", "entry", "group")
        .prefetch_related("instructors")
        .annotate(taken=Count("enrolments", filter=enrolled))
        .order_by("starts_at")
    )


def session_of(slug: str, code: str, *, identity: UUID | None = None) -> CourseSession | None:
    """Return the session of that code, else of that id, in a catalog, or None."""
    rows = CourseSession.objects.select_related("course__catalog__organisation", "group", "entry")
    rows = rows.filter(course__catalog__slug=slug).prefetch_related("instructors")
    found = rows.filter(code=code).first()
    if found is None and identity is not None:
        found = rows.filter(pk=identity).first()
    return found


def sessions_to_reconcile(
    now: datetime, *, slug: str | None, code: str | None
) -> list[tuple[Catalog, list[CourseSession]]]:
    """Return catalogs with their sessions that are not over, by start.

    Args:
        now: business time.
        slug: only this catalog.
        code: only the session of this code.
    """
    rows = CourseSession.objects.select_related("course__catalog").filter(ends_at__gt=now)
    if slug is not None:
        rows = rows.filter(course__catalog__slug=slug)
    if code is not None:
        rows = rows.filter(code=code)
    found: dict[str, tuple[Catalog, list[CourseSession]]] = {}
    for session in rows.order_by("course__catalog__slug", "starts_at", "code"):
        catalog = session.course.catalog
        found.setdefault(catalog.slug, (catalog, []))[1].append(session)
    return list(found.values())


def log_of(catalog: Catalog | None) -> Log:
    """Return the log of one catalog, or of all."""
    if catalog is None:
        return Log(Message.objects.all(), Person.objects.all())
    return message_log.log_of(Scope(catalog.organisation_id, frozenset({catalog.pk})))


def message(message_id: int) -> Message | None:
    """Return one message of anybody's with notification, envelope and lane, or None."""
    return message_log.with_details(Message.objects.filter(pk=message_id)).first()


def message_sums(*, slug: str = "") -> list[tuple[str, int]]:
    """Count the messages of one catalog or of all by state, in the order of the states' names."""
    rows = Message.objects.filter(catalog__slug=slug) if slug else Message.objects.all()
    return list(rows.order_by("state").values_list("state").annotate(count=Count("id")))


def acts(*, slug: str = "") -> QuerySet[AuditEntry]:
    """Return the record of who did what, newest first, of one catalog or of all."""
    rows = AuditEntry.objects.order_by("-id")
    return rows.filter(catalog__slug=slug) if slug else rows
