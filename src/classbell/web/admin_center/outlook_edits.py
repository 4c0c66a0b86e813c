"""What somebody did to a session's event in Outlook, and the two answers an admin has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classbell import bootstrap
from classbell.domain.courses.outlook_decisions import put_back, take_outlook_edit
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.domain.scheduling.outlook_edits import NAMES, EditKind, OutlookEdit, outlook_edit
from classbell.domain.scheduling.repairs import MOST_REPAIRS
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import CourseSession, Entry
from classbell.storage.queries import pages_sessions as queries
from classbell.web.access import actor_of, signed_in
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

TAKE, PUT_BACK = "take", "put-back"


@dataclass(frozen=True, slots=True)
class OpenEdit:
    """An edit that waits, as the page asks about it.

    Attributes:
        title, text: what was done, and what that means.
        starts_at, ends_at: where the event was moved to; None where it was not.
        action: where the decision is posted.
        fields: what tells this edit from a later one.
        take, back: labels of the two answers.
    """

    title: str
    text: str
    starts_at: datetime | None
    ends_at: datetime | None
    action: str
    fields: dict[str, str]
    take: str
    back: str


def open_edit(found: CourseSession, slug: str) -> OpenEdit | None:
    """Return what waits for a decision about a session; None where nothing does."""
    entry: Entry | None = getattr(found, "entry", None)
    edit = outlook_edit(entry.edited) if entry is not None else None
    over = found.ends_at <= bootstrap.ports().clock.now()
    if edit is None or over or found.cancelled_at is not None:
        return None
    title, text, take = _asked(edit)
    return OpenEdit(
        title=title,
        text=text,
        starts_at=edit.starts_at,
        ends_at=edit.ends_at,
        action=reverse("outlook-edit", args=[slug, found.pk]),
        fields={"edit": edit.mark},
        take=take,
        back=_("Put the event back"),
    )


def _asked(edit: OutlookEdit) -> tuple[str, str, str]:
    """Return title and text of the question, and the label of taking the edit."""
    if edit.kind is EditKind.DELETED:
        return (
            _("Somebody deleted this in Outlook"),
            _("Nothing was changed or sent by Classbell. Outlook has told everybody on the event."),
            _("Cancel the session"),
        )
    if edit.kind is EditKind.REWRITTEN:
        return (
            _("Something keeps changing this in Outlook"),
            _(
                "Classbell has put it back %(times)s times within a day and stopped, for Outlook "
                "mails everybody on the event each time. Changed in Outlook: %(names)s. An add-in "
                "of the account's Outlook may do this."
            )
            % {
                "times": MOST_REPAIRS,
                "names": ", ".join(_(NAMES.get(name, name)) for name in edit.fields),
            },
            _("Leave it as it is"),
        )
    return (
        _("Somebody moved this in Outlook"),
        _("Nothing was changed or sent by Classbell. The session here still has its own time."),
        _("Keep the new time"),
    )


@require_POST
def decide(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Carry out what an admin decided about the edit they looked at."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    found = queries.session_in(scope_in(access, catalog), session_id)
    if found is None:
        raise NotFoundHere(_("There is no such session in this catalog."))
    answers = {TAKE: take_outlook_edit, PUT_BACK: put_back}
    act = answers.get(request.POST.get("answer", ""))
    if act is None:
        raise InvalidInput(_("Choose one of the two answers."), field="answer")
    mark = request.POST.get("edit", "")
    kind = _waiting(found)
    after = act(bootstrap.ports(), session=found, actor=actor_of(access), mark=mark)
    add_toast(request, *_words(request.POST["answer"], after, kind))
    return leave_for(reverse("session", args=[slug, session_id]))


def _waiting(found: CourseSession) -> EditKind | None:
    """Return the kind of what waits for a decision."""
    entry: Entry | None = getattr(found, "entry", None)
    edit = outlook_edit(entry.edited) if entry is not None else None
    return edit.kind if edit is not None else None


def _words(answer: str, after: CourseSession, kind: EditKind | None) -> tuple[str, str]:
    """Return what was done, and what follows."""
    if answer == PUT_BACK:
        return _("The event is put back."), _("Outlook tells everybody on it.")
    if after.cancelled_at is not None:
        return _("The session is cancelled."), _("The event is gone already.")
    if kind is EditKind.REWRITTEN:
        return _("It is left as it is in Outlook."), _("Until it is changed here.")
    return _("The session has the new time."), _("The event stays where it is.")
