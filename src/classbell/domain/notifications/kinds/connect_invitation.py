"""The invitation to an account's owner to sign in with it, so that it can be connected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import ConnectInvitation, Message, Notification


def _expires_at(context: Mapping[str, str], _now: datetime) -> datetime:
    return ConnectInvitation.objects.only("expires_at").get(pk=context["invitation"]).expires_at


def _values(_ports: Ports, notification: Notification, _reader: Reader) -> dict[str, str]:
    rows = ConnectInvitation.objects.select_related("person__organisation", "catalog")
    invitation = rows.get(pk=notification.context["invitation"])
    return {
        "CATALOG TITLE": invitation.catalog.title,
        "ORGANISATION NAME": invitation.person.organisation.name,
        "INVITER NAME": invitation.person.name,
        "INVITER ADDRESS": invitation.person.address,
    }


def _personal(ports: Ports, notification: Notification, message: Message) -> dict[str, str]:
    """The link's token stays sealed with its invitation and is opened only here."""
    invitation = ConnectInvitation.objects.get(pk=notification.context["invitation"])
    place = f"connect_invitation.token:{invitation.pk}"
    token = ports.cipher.open(bytes(invitation.sealed_token), bound_to=place).decode()
    return {
        "ACCOUNT ADDRESS": message.address,
        "LINK": f"{ports.base_url}/invited/{token}",
    }


KIND = Kind(
    name="connect_invitation",
    title=_("Invitation to connect an account"),
    when=_("When an admin invites the owner of an account to sign in with it"),
    audience=_("The account's owner"),
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        "ACCOUNT ADDRESS": _("address of the account that was invited"),
        "CATALOG TITLE": _("title of the course catalog"),
        "ORGANISATION NAME": _("name of the organisation"),
        "INVITER NAME": _("name of the admin who invites"),
        "INVITER ADDRESS": _("address of the admin who invites"),
        "LINK": _("the single-use link"),
    },
    expires_at=_expires_at,
    values=_values,
    personal=_personal,
)
