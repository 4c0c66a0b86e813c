"""What the render bench does with the product: writing messages, rendering them, dressing them.

Needs Django's settings: call `bench.delivery.start_django` first.
"""

from bench import stage
from classbell.delivery.handlers import Rendered
from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.notifications.content import content_for
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.layout.layout import layout
from classbell.domain.notifications.layout.look import Look
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.render import Renderer
from classbell.domain.notifications.template import as_text, fill_html
from classbell.ports.bundle import Ports
from classbell.storage.models import Message, Notification
from tests.support import a_catalog, a_connected_account, fake_ports

AT_ONCE = 20
"""Envelopes rendered by one call, about as delivery does."""


def write(ports: Ports, kind: str, count: int) -> Notification:
    """Write messages of a kind to so many people, and nothing else."""
    Message.objects.all().delete()
    a_connected_account(ports, a_catalog())
    session = stage.a_session_ahead(ports)
    notification = stage.tell(ports, kind, stage.learners(count), session)
    lane = housekeeping_lane(notification.organisation_id)
    while expand_notification(ports, lane, str(notification.pk)):
        pass
    return notification


def bundles(together: int) -> list[list[int]]:
    """Return the ids of all messages, so many to an envelope."""
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    return [ids[at : at + together] for at in range(0, len(ids), together)]


def render(wanted: list[list[int]]) -> None:
    """Render mail as one turn of a lane does."""
    renderer = Renderer(fake_ports())
    for at in range(0, len(wanted), AT_ONCE):
        for one in renderer.render(wanted[at : at + AT_ONCE]):
            if not isinstance(one, Rendered):
                raise one


def undressed(ports: Ports, notification: Notification) -> str:
    """Return what a notification says to one reader, before the layout is put around it."""
    reader = Reader("en", "Europe/Copenhagen")
    content = content_for(ports, kind_named(notification.kind), notification, reader)
    return fill_html(content.message, {**content.values, "PERSON NAME": "Learner 1"})


def dress(html: str, times: int) -> None:
    """Put the layout around a message so many times."""
    look = Look("Contoso Academy", "Contoso")
    for _ in range(times):
        layout(look, "en").dress("You are enrolled", html)


def read_as_text(html: str, times: int) -> None:
    """Make its plain text so many times, which is no part of the layout's cost."""
    for _ in range(times):
        as_text(html)
