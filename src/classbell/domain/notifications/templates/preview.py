"""What a notification would say to one person about one session, sent to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.layout.layout import Around
from classbell.domain.notifications.preference_links import preferences_address
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.render import filled
from classbell.domain.notifications.templates.check import checked_text
from classbell.domain.notifications.templates.effective import text_in
from classbell.domain.notifications.templates.fields import CustomText, TemplateFields
from classbell.domain.notifications.templates.sample import ADDRESS, NAME, PERSON, values_for
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotFoundHere
from classbell.ports.mail import Mail
from classbell.storage.models import (
    Catalog,
    CourseSession,
    Message,
    Notification,
    NotificationContent,
    Person,
)
from classbell.storage.queries.pages_templates import is_of_catalog, session_to_show


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose mail about what is shown; made up where nobody and nothing is chosen."""

    session: CourseSession | None = None
    person: Person | None = None


def chosen(catalog: Catalog, session_id: UUID | None, person_id: UUID | None) -> Chosen:
    """Return the session and the person that were chosen for a preview.

    Args:
        catalog: whose session, and whose learner, instructor or admin it must be.
        session_id: None for one that is made up.
        person_id: the same.

    Raises:
        NotFoundHere: there is no such session in the catalog, or that is nobody of the catalog's;
            whether they are anybody at all is not told.
    """
    session = None
    if session_id is not None:
        session = session_to_show(catalog, session_id)
        if session is None:
            raise NotFoundHere("There is no such session in this catalog.")
    person = None
    if person_id is not None:
        person = Person.objects.filter(
            pk=person_id, organisation_id=catalog.organisation_id
        ).first()
        if person is None or not is_of_catalog(catalog, person):
            raise NotFoundHere(
                "Nobody of this catalog is meant.",
                remedy="Choose a learner, an instructor or an admin of the catalog.",
            )
    return Chosen(session, person)


def preview(
    ports: Ports,
    *,
    catalog: Catalog,
    kind: Kind,
    fields: TemplateFields,
    language: str,
    about: Chosen,
) -> Mail:
    """Make the mail as it would be sent, by the code that makes mail; nothing is written.

    Args:
        ports: the clock, and the address of our own pages.
        catalog: whose notification.
        kind: which.
        fields: what is customised; the texts of this language are checked and cleaned as for
            saving.
        language: one of ``LANGUAGES``.
        about: session and person, as ``chosen`` returned them.

    Raises:
        InvalidInput: the text could not be saved either; names the field.
    """
    own = checked_text(kind, language, fields.texts.get(language, CustomText()))
    text = text_in(kind, TemplateFields(texts={language: own}), language)
    reader = reader_in(language, about.person, catalog)
    content = NotificationContent(
        notification=Notification(
            organisation=catalog.organisation, catalog=catalog, kind=kind.name
        ),
        language=reader.language,
        time_zone=reader.time_zone,
        subject=text.subject,
        message=text.message,
    )
    values = all_values(ports, kind, catalog, reader, about)
    # The reader's own page of preferences would be a way into it for whoever looks here.
    preferences = "" if kind.essential else preferences_address(ports, None)
    return filled(
        content, values, [_message(about, reader)], (), around=Around(preferences=preferences)
    )


def reader_in(language: str, person: Person | None, catalog: Catalog) -> Reader:
    """Return somebody as a reader of a language; the catalog stands in for what they lack."""
    own = person.language if person else ""
    zone = person.time_zone if person else ""
    reader = Reader(own or catalog.language, zone or catalog.time_zone)
    return reader.speaking(language)


def all_values(
    ports: Ports, kind: Kind, catalog: Catalog, reader: Reader, about: Chosen
) -> Mapping[str, str]:
    """Return the values of all variables of a kind for one reader."""
    name = (about.person.name or about.person.address) if about.person else PERSON
    values = dict(values_for(ports, kind, catalog, reader, about.session))
    return values | {NAME: name}


def _message(about: Chosen, reader: Reader) -> Message:
    """Return the row that would be written, unwritten."""
    return Message(
        address=about.person.address if about.person else ADDRESS,
        name=about.person.name if about.person else PERSON,
        language=reader.language,
        time_zone=reader.time_zone,
    )
