"""The single-use link by which a person known only by address adds their sign-in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.templates.fields import RecipientRole
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Message, Notification, PersonLink


def _expires_at(context: Mapping[str, str], _now: datetime) -> datetime:
    return PersonLink.objects.only("expires_at").get(pk=context["link"]).expires_at


def _values(_ports: Ports, notification: Notification, _reader: Reader) -> dict[str, str]:
    return {
        "ORGANISATION NAME": notification.organisation.name if notification.organisation else "",
    }


def _personal(ports: Ports, notification: Notification, message: Message) -> dict[str, str]:
    """The link's token travels sealed in the notification's context and is opened only here.

    Whomever a template sends the mail to besides, the link is for its own person's eyes.
    """
    if message.person_id != UUID(notification.context["person"]):
        return {"PERSON NAME": message.name or message.address, "LINK": ""}
    link_id = notification.context["link"]
    sealed = base64.b64decode(notification.context["sealed_token"])
    token = ports.cipher.open(sealed, bound_to=f"person_link.token:{link_id}").decode()
    return {
        "PERSON NAME": message.name or message.address,
        "LINK": f"{ports.base_url}/link/{token}",
    }


KIND = Kind(
    name="sign_in_link",
    title=_("Sign-in link"),
    when=_("When an admin invites somebody without a sign-in"),
    audience=_("The person"),
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        "PERSON NAME": _("name of the person"),
        "ORGANISATION NAME": _("name of the organisation"),
        "LINK": _("the single-use link"),
    },
    expires_at=_expires_at,
    values=_values,
    personal=_personal,
    # Whoever has the link signs in as the person it was made for: no copies.
    roles=(RecipientRole.AUDIENCE,),
    switchable=False,
)
