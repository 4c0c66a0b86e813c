"""Choosing how a catalog uses calendars."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction

from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.scheduling.options import calendar_options
from classbell.domain.scheduling.request import request_all
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.ports.meetings import Lobby
from classbell.storage.models import CalendarOptions, Catalog


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """What an admin chooses; see ``CalendarOptions``.

    Attributes:
        by_mail_only: learners are invited by mail, not by the entry.
        ask_for_answers: Outlook asks people whether they come.
        place_when_firm: people are told of a room only once it has accepted.
        lobby: a value of ``Lobby``, or empty for what the organisation has.
    """

    by_mail_only: bool
    ask_for_answers: bool
    place_when_firm: bool
    lobby: str = ""


def set_calendar_options(
    ports: Ports, *, catalog: Catalog, choice: CalendarChoice, actor: Actor
) -> bool:
    """Set how a catalog's sessions use calendars.

    Nobody is mailed for it: whoever was invited stays invited as they were, and what is new holds
    for new invitations. The lobby is changed in meetings that exist.

    Args:
        ports: the outside world.
        catalog: whose sessions.
        choice: all of the choices.
        actor: who chooses.

    Returns:
        Whether that changed anything.

    Raises:
        InvalidInput: there is no such lobby.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    if choice.lobby and choice.lobby not in set(Lobby):
        raise InvalidInput(
            f"There is no lobby «{choice.lobby[:40]}».",
            field="lobby",
            meaning="The settings were not saved.",
            remedy="Choose one from the list.",
        )
    with transaction.atomic():
        Catalog.objects.select_for_update().get(pk=catalog.pk)
        options = calendar_options(catalog.pk)
        before = _facts(options)
        after = asdict(choice)
        if before == after:
            return False
        CalendarOptions.objects.update_or_create(catalog=catalog, defaults=after)
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="catalog.calendar_options_changed",
            subject=f"catalog:{catalog.slug}",
            before={name: before[name] for name in before if before[name] != after[name]},
            after={name: after[name] for name in before if before[name] != after[name]},
        )
        request_all(ports, catalog)
    return True


def _facts(options: CalendarOptions) -> dict[str, object]:
    """Return the choices as they stand."""
    return {name: getattr(options, name) for name in CalendarChoice.__dataclass_fields__}
