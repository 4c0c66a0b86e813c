"""The preview of a notification: its choices, and the mail as a document in a frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.languages import spoken
from classbell.domain.notifications.layout.layout import in_theme, with_pictures_inside
from classbell.domain.notifications.templates.edit import kind_to_edit
from classbell.domain.notifications.templates.effective import fields_of, template_of
from classbell.domain.notifications.templates.preview import Chosen, chosen, preview
from classbell.domain.notifications.templates.sample import PERSON, is_about_sessions
from classbell.domain.organisations.access import Access, require_catalog_admin
from classbell.ports.errors import InvalidInput
from classbell.ports.mail import Mail
from classbell.storage.models import Catalog, CourseSession, Person
from classbell.storage.queries import pages_templates as queries
from classbell.storage.queries.pages_shell import connection_status
from classbell.web.access import signed_in
from classbell.web.admin_center.template_typed import read_form
from classbell.web.components import moments
from classbell.web.pages import viewer_of
from classbell.web.security import guard_mail

MOST = 50
"""Sessions, and people of one, to choose from."""

LIGHT, DARK = "light", "dark"
MADE_UP = "sample"
BODY = re.compile(r"<body[^>]*>")
"""Behind it stands what the reader's mail program shows above a mail."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What of the preview is chosen, and what else could be.

    Attributes:
        session, person, theme: what is chosen, as the form holds it.
        sessions, people, themes: pairs of value and label; no sessions where the kind is about
            none.
    """

    session: str
    person: str
    theme: str
    sessions: list[tuple[str, str]]
    people: list[tuple[str, str]]
    themes: list[tuple[str, str]]

    def query(self, language: str) -> str:
        """Return the choices as the query of an address."""
        values = {"session": self.session, "person": self.person, "theme": self.theme}
        return urlencode(values | {"language": language})


def language_of(sent: Mapping[str, str], access: Access, catalog: Catalog) -> str:
    """Return the language that is asked for, else the catalog's."""
    return spoken(sent.get("language", ""), catalog.language, access.person.language)


def about_of(sent: Mapping[str, str], access: Access, catalog: Catalog, kind: Kind) -> Chosen:
    """Return the session and the person that are chosen, or that stand in where none is.

    Raises:
        NotFoundHere: they are not the catalog's.
    """
    choices = choices_of(sent, access, catalog, kind)
    return chosen(catalog, _id(choices.session), _id(choices.person))


def choices_of(sent: Mapping[str, str], access: Access, catalog: Catalog, kind: Kind) -> Choices:
    """Return what can be chosen; by itself the next session and its first learner are.

    Args:
        sent: an address's query or a form; ``session``, ``person`` and ``theme`` count.
        access: who looks.
        catalog: whose sessions and people.
        kind: of the notification.
    """
    sessions = _sessions(access, catalog) if is_about_sessions(kind) else []
    session = sent.get("session") or (sessions[0][0] if sessions else MADE_UP)
    found = _id(session)
    taking_part: list[Person] = []
    if found is not None and (one := queries.session_to_show(catalog, found)):
        taking_part = queries.people_of_session(one, MOST)
    people = list(dict.fromkeys((*taking_part, *queries.admins_of(catalog))))
    pairs = [(str(person.pk), person.name or person.address) for person in people]
    person = sent.get("person") or (pairs[0][0] if pairs else MADE_UP)
    if sent.get("act") == "choose" and person not in {*dict(pairs), MADE_UP}:
        person = pairs[0][0]
    return Choices(
        session=session,
        person=person,
        theme=DARK if sent.get("theme") == DARK else LIGHT,
        sessions=[*sessions, (MADE_UP, _("A made-up session"))] if is_about_sessions(kind) else [],
        people=[*pairs, (MADE_UP, _("%(name)s (made up)") % {"name": PERSON})],
        themes=[(LIGHT, _("Light")), (DARK, _("Dark"))],
    )


@require_http_methods(["GET", "POST"])
def show_preview(request: HttpRequest, slug: str, kind_name: str) -> HttpResponse:
    """Answer with the mail as a document: the stored text, or the one that was sent in unsaved."""
    access = signed_in(request)
    catalog = require_catalog_admin(access, slug)
    kind = kind_to_edit(kind_name)
    sent = request.POST if request.method == "POST" else request.GET
    language = language_of(sent, access, catalog)
    choices = choices_of(sent, access, catalog, kind)
    about = chosen(catalog, _id(choices.session), _id(choices.person))
    if request.method == "POST":
        fields = read_form(request, language).text_fields()
    else:
        fields = fields_of(template_of(catalog.pk, kind))
    try:
        mail = preview(
            bootstrap.ports(),
            catalog=catalog,
            kind=kind,
            fields=fields,
            language=language,
            about=about,
        )
    except InvalidInput as error:
        return mail_document(catalog, choices.theme, language, error=error)
    return mail_document(catalog, choices.theme, language, mail=mail)


def preview_address(slug: str, kind: Kind, choices: Choices, language: str) -> str:
    """Return where the stored text is shown."""
    return f"{reverse('notification-preview', args=[slug, kind.name])}?{choices.query(language)}"


def mail_document(
    catalog: Catalog,
    theme: str,
    language: str,
    *,
    mail: Mail | None = None,
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show a mail with its head, or what is wrong with its text, in the chosen theme.

    Args:
        catalog: whose mail.
        theme: ``light`` or ``dark``.
        language: of the document, where the mail has none of its own.
        mail: what is shown.
        error: what is wrong instead.
    """
    sender = connection_status(catalog).sends_as
    context = {"mail": mail, "error": error, "sender": sender, "theme": theme}
    head = render_to_string("mail_head.html", context)
    if mail is not None:
        page = in_theme(with_pictures_inside(mail), dark=theme == DARK)
    else:
        page = render_to_string("no_mail.html", {"theme": theme, "language": language})
    # The mail is ours: its text was cleaned and its values escaped when it was made.
    document = BODY.sub(lambda found: f"{found[0]}{head}", page, count=1)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return guard_mail(HttpResponse(document, status=status))


def _sessions(access: Access, catalog: Catalog) -> list[tuple[str, str]]:
    """Return the sessions to choose from, with their dates."""
    viewer = viewer_of(access, catalog)
    scope = access.scope.narrowed_to(catalog.id)

    def label(one: CourseSession) -> str:
        day = moments.date_only(moments.in_zone(viewer, one.time_zone), one.starts_at)
        return f"{one.course.title}: {one.title}, {day}"

    found = queries.sessions_to_choose(scope, viewer.now, MOST)
    return [(str(one.pk), label(one)) for one in found]


def _id(text: str) -> UUID | None:
    """Read an id; what is none stands for something made up."""
    try:
        return UUID(text)
    except ValueError:
        return None
