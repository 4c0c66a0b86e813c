"""How somebody wants to be spoken to: their language and their time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from django.db import transaction

from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Person

CHOSEN = ("language", "time_zone")


def choose_preferences(
    ports: Ports, person: Person, *, language: str | None = None, time_zone: str | None = None
) -> Person:
    """Keep the language and the time zone in which a person reads pages and mail.

    Everybody chooses for themselves alone: the person is the one who acts.

    Args:
        ports: the outside world.
        person: who chooses.
        language: language tag such as ``de`` or ``de-AT``; empty for what the catalog or the
            browser has; None leaves it.
        time_zone: IANA name such as ``Europe/Copenhagen``; empty for the catalog's; None leaves it.

    Raises:
        InvalidInput: a value is unusable; nothing was kept.
    """
    if language:
        require_language(language)
    if time_zone:
        require_time_zone(time_zone)
    wanted = {"language": language, "time_zone": time_zone}
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        before = {name: getattr(locked, name) for name in CHOSEN}
        after = {name: before[name] if wanted[name] is None else wanted[name] for name in CHOSEN}
        if after == before:
            return locked
        locked.language, locked.time_zone = str(after["language"]), str(after["time_zone"])
        locked.save(update_fields=CHOSEN)
        record(
            ports,
            actor=Actor.of(person),
            catalog=None,
            organisation_id=locked.organisation_id,
            action="person.preferences_chosen",
            subject=f"person:{locked.id}",
            before=before,
            after=after,
        )
    return locked


def require_language(tag: str) -> None:
    """Refuse a language tag that nobody knows.

    Raises:
        InvalidInput: it is none, beside the field ``language``.
    """
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError) as cause:
        raise InvalidInput(
            f"«{tag}» is not a known language.", field="language", remedy="Try en or de-AT."
        ) from cause


def require_time_zone(name: str) -> None:
    """Refuse a time zone that nobody knows.

    Raises:
        InvalidInput: it is none, beside the field ``time_zone``.
    """
    if name not in available_timezones():
        raise InvalidInput(
            f"«{name}» is not a known time zone.",
            field="time_zone",
            remedy="Use an IANA name such as Europe/Copenhagen.",
        )
