"""What stands in the form of a message, and to whom it goes: all, or those who are ticked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classbell.storage.models import Enrolment, EnrolmentState

ENROLLED, ALL, CHOSEN = "enrolled", "all", "chosen"
PERSON = "person-"
"""Before the person's id, the name of a learner's check box."""

MOST_BOXES = 200
"""More are not shown at once; a browser's form of thousands would be refused."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form.

    Attributes:
        subject: as typed.
        text: as typed.
        to: to whom it goes: ``ENROLLED``, ``ALL`` or ``CHOSEN``.
        people: who is ticked, shown or not; counts where ``CHOSEN``.
        find: part of a name or address, for showing some of the boxes.
        once: names this form, so that it is sent once.
    """

    subject: str = ""
    text: str = ""
    to: str = ENROLLED
    people: frozenset[UUID] = frozenset()
    find: str = ""
    once: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class Boxes:
    """The check boxes as they are shown.

    Attributes:
        shown: name of the box, its learner, and whether it is ticked.
        found: how many the search found, shown or not.
        ticked: how many are ticked, shown or not.
        kept: ids of those who are ticked and not shown, for one field of the form.
    """

    shown: Sequence[tuple[str, Enrolment, bool]]
    found: int
    ticked: int
    kept: str


def read(sent: QueryDict) -> Typed:
    """Read the form."""
    boxes = (name.removeprefix(PERSON) for name in sent if name.startswith(PERSON))
    people = (_id(text) for text in (*boxes, *sent.get("kept", "").split()))
    return Typed(
        subject=sent.get("subject", ""),
        text=sent.get("text", ""),
        to=sent.get("to", ENROLLED),
        people=frozenset(one for one in people if one is not None),
        find=sent.get("find", "").strip(),
        once=_id(sent.get("once", "")) or uuid4(),
    )


def reached(typed: Typed, learners: Sequence[Enrolment]) -> frozenset[UUID] | None:
    """Return who is written to; None for everybody who is enrolled."""
    if typed.to == ALL:
        return frozenset(row.person_id for row in learners)
    return typed.people if typed.to == CHOSEN else None


def boxes_of(typed: Typed, learners: Sequence[Enrolment]) -> Boxes:
    """Return the boxes of those whom the search finds, as many as are shown at once."""
    found = _found(typed, learners)
    shown = found[:MOST_BOXES]
    ticked = typed.people & {row.person_id for row in learners}
    hidden = ticked - {row.person_id for row in shown}
    return Boxes(
        [(f"{PERSON}{row.person_id}", row, row.person_id in ticked) for row in shown],
        len(found),
        len(ticked),
        " ".join(sorted(one.hex for one in hidden)),
    )


def choices(enrolled: int, everybody: int) -> list[tuple[str, str]]:
    """Return to whom it can go without ticking; value and label."""
    with_place = ngettext(
        "%(num)s learner with a place", "All %(num)s learners with a place", enrolled
    )
    found = [(ENROLLED, with_place % {"num": enrolled})]
    if everybody > enrolled:
        text = _("All %(num)s, with those who wait for a place")
        found.append((ALL, text % {"num": everybody}))
    return found


def _begin(typed: Typed, learners: Sequence[Enrolment]) -> Typed:
    """Tick those to whom it would go; from now on the boxes count."""
    chosen = reached(typed, learners)
    if chosen is None:
        enrolled = (row for row in learners if row.state == EnrolmentState.ENROLLED)
        chosen = frozenset(row.person_id for row in enrolled)
    return replace(typed, to=CHOSEN, people=chosen)


def _end(typed: Typed, _learners: Sequence[Enrolment]) -> Typed:
    return replace(typed, to=ENROLLED, people=frozenset(), find="")


def _tick(typed: Typed, learners: Sequence[Enrolment]) -> Typed:
    found = {row.person_id for row in _found(typed, learners)}
    return replace(typed, people=typed.people | found)


def _untick(typed: Typed, learners: Sequence[Enrolment]) -> Typed:
    found = {row.person_id for row in _found(typed, learners)}
    return replace(typed, people=typed.people - found)


def _look(typed: Typed, _learners: Sequence[Enrolment]) -> Typed:
    return typed


REARRANGE: Mapping[str, Callable[[Typed, Sequence[Enrolment]], Typed]] = MappingProxyType(
    {"choose": _begin, "everybody": _end, "tick": _tick, "untick": _untick, "find": _look}
)
"""What buttons of the form do that show it anew and send nothing. Enter does the last of them, so
that whoever presses it in a line has not written to hundreds of people."""


def _found(typed: Typed, learners: Sequence[Enrolment]) -> list[Enrolment]:
    """Return the learners whose name or address has what is looked for."""
    part = typed.find.casefold()
    return [
        row
        for row in learners
        if part in row.person.name.casefold() or part in row.person.address.casefold()
    ]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
