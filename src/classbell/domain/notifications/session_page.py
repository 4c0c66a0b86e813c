"""Where admins see a session."""

from __future__ import annotations

from classbell.domain.notifications.session_facts import session_of
from classbell.ports.bundle import Ports
from classbell.storage.models import Notification


def session_page(ports: Ports, notification: Notification) -> str:
    """Return the address of the session's page in the Admin Center."""
    session = session_of(notification)
    return f"{ports.base_url}/catalogs/{session.course.catalog.slug}/sessions/{session.pk}"
