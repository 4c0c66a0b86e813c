"""What a notification says, kept once for each language and time zone of its readers."""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.templates.effective import fields_at, text_in
from classbell.ports.bundle import Ports
from classbell.storage.models import Notification, NotificationContent


def content_for(
    ports: Ports, kind: Kind, notification: Notification, reader: Reader
) -> NotificationContent:
    """Return what a notification says to readers of one language, written down at first need.

    From then on it says the same to everybody, also to those whose turn comes hours later and to
    whoever looks it up afterwards.

    Args:
        ports: the clock, and the addresses of our own pages.
        kind: what kind of notification it is.
        notification: what is told.
        reader: language and zone.

    Raises:
        ObjectDoesNotExist: what it is about was deleted before anybody was told.
    """
    key = {"language": reader.language, "time_zone": reader.time_zone}
    found = NotificationContent.objects.filter(notification=notification, **key).first()
    if found is not None:
        return found
    catalog = notification.catalog
    wishes = (reader.language, catalog.language if catalog else "")
    text = text_in(kind, fields_at(notification), *wishes)
    # Two lanes may get here at once, for the same reader on two routes: the first one counts.
    return NotificationContent.objects.get_or_create(
        notification=notification,
        **key,
        defaults={
            "subject": text.subject,
            "message": text.message,
            "values": dict(kind.values(ports, notification, reader.speaking(text.language))),
            "created_at": ports.clock.now(),
        },
    )[0]
