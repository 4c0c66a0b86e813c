"""What the panel says about the organisation's calendar, and what is read from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from classbell.domain.scheduling.organisation_calendar import ADDRESS_FIELD, SharingChoice
from classbell.ports.errors import ClassbellError, InvalidInput
from classbell.storage.models import Catalog, SharedWay
from classbell.storage.queries.organisation_calendar import shared_count, sharing_of
from classbell.web.translated import translated

SHARE, WAY, LEAVE = "share_sessions", "share_way", "share_leave"
"""Names of the fields beside the address; boxes name what is not usual, for an unticked box and a
missing one look the same."""


@dataclass(frozen=True, slots=True)
class SharedCalendar:
    """The check box about the organisation's calendar and what belongs to it.

    Attributes:
        share: whether it is ticked.
        address: the calendar's address as stored, or as just sent in.
        way: how sessions get there.
        ways: value and words of each way.
        shown: how many sessions the calendar shows now.
        problem: what is wrong with it, with the remedy; empty where nothing is.
        error: what was wrong with what was just sent in; empty where nothing was.
        can_share: whether there is an account that could.
    """

    share: bool
    address: str
    way: str
    ways: tuple[tuple[str, str], ...]
    shown: int
    problem: str
    error: str
    can_share: bool


def shared_calendar_of(
    catalog: Catalog,
    *,
    sent: Mapping[str, str] | None,
    error: ClassbellError | None,
    can_share: bool,
) -> SharedCalendar:
    """Make the part of the panel.

    Args:
        catalog: whose sessions.
        sent: the form as it was just sent in; None for what is stored.
        error: what was wrong with it.
        can_share: whether an account is there, or waits for Save.
    """
    stored = sharing_of(catalog)
    ours = isinstance(error, InvalidInput) and error.field == ADDRESS_FIELD
    return SharedCalendar(
        share=stored.share if sent is None else sent.get(SHARE) == "on",
        address=stored.shared_address if sent is None else sent.get(ADDRESS_FIELD, ""),
        way=stored.shared_way if sent is None else sharing_sent(sent).way,
        ways=(
            (SharedWay.INVITE, _("Invite the calendar: needs no right")),
            (SharedWay.WRITE, _("Write into the calendar: needs the right of an editor")),
        ),
        shown=shared_count(catalog),
        problem=translated(stored.shared_problem),
        error=translated(error.what) if ours and error else "",
        can_share=can_share,
    )


def sharing_sent(sent: Mapping[str, str]) -> SharingChoice:
    """Read the fields of a form that was sent in."""
    way = sent.get(WAY, "")
    return SharingChoice(
        share=sent.get(SHARE) == "on",
        address=sent.get(ADDRESS_FIELD, ""),
        way=SharedWay.WRITE if way == SharedWay.WRITE else SharedWay.INVITE,
        remove=sent.get(LEAVE) != "on",
    )
