"""A mail that shows a catalog's look, sent to nobody."""

from __future__ import annotations

from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.layout.look import look_of
from classbell.domain.notifications.render import filled
from classbell.domain.notifications.templates.effective import fields_of, template_of, text_in
from classbell.ports.bundle import Ports
from classbell.ports.mail import Mail
from classbell.storage.models import Catalog, Message, Notification, NotificationContent

SHOWN = "enrolment_confirmed"
"""The kind whose text stands in the example."""


def example(ports: Ports, catalog: Catalog) -> Mail:
    """Return a notification in a catalog's look as it is set now.

    Its variables stand for themselves.

    Args:
        ports: the address of our own pages, where a variable is a link.
        catalog: whose look and whose text, in its own language.
    """
    kind = kind_named(SHOWN)
    text = text_in(kind, fields_of(template_of(catalog.pk, kind)), catalog.language)
    notification = Notification(organisation=catalog.organisation, catalog=catalog, kind=kind.name)
    content = NotificationContent(
        notification=notification,
        language=text.language,
        time_zone=catalog.time_zone,
        subject=text.subject,
        message=text.message,
    )
    values = {
        name: ports.base_url if name.endswith("LINK") else f"{{{name}}}" for name in kind.variables
    }
    nobody = Message(language=text.language, time_zone=catalog.time_zone)
    look = look_of(catalog.organisation, catalog)
    return filled(content, values, [nobody], (), look=look)
