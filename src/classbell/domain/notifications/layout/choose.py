"""Choosing how a catalog's mail looks, and where answers to it go."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from classbell.domain.notifications.layout.colours import checked_colour
from classbell.domain.notifications.layout.look import shown_size
from classbell.domain.notifications.layout.pictures import read_picture
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.addresses import checked_address
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, MailLook

LONGEST_NAME = 200
NONE_CHOSEN = b""


@dataclass(frozen=True, slots=True)
class LookChoice:
    """What an admin chooses.

    Attributes:
        colour: ``#rrggbb``; empty for the product's own.
        reply_to: address that answers go to; empty for the sender.
        reply_to_name: the name shown beside it.
        logo: a new picture as uploaded; None to keep what there is, empty to have none.
    """

    colour: str = ""
    reply_to: str = ""
    reply_to_name: str = ""
    logo: bytes | None = None


def set_look(ports: Ports, *, catalog: Catalog, choice: LookChoice, actor: Actor) -> bool:
    """Set how a catalog's mail looks from now on, also mail that waits already.

    Args:
        ports: the outside.
        catalog: whose mail.
        choice: all of the choices.
        actor: who chooses.

    Returns:
        Whether that changed anything.

    Raises:
        InvalidInput: with the field that cannot be used; nothing was saved.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    wanted = checked(choice)
    with transaction.atomic():
        Catalog.objects.select_for_update().get(pk=catalog.pk)
        row = MailLook.objects.filter(catalog=catalog).first() or MailLook(catalog=catalog)
        before = {name: getattr(row, name) for name in wanted}
        before |= {"logo": bytes(row.logo)} if "logo" in wanted else {}
        changed = [name for name in wanted if wanted[name] != before[name]]
        if not changed:
            return False
        for name in changed:
            setattr(row, name, wanted[name])
        row.changed_at = ports.clock.now()
        row.save()
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="catalog.look_changed",
            subject=f"catalog:{catalog.slug}",
            before={name: _said(before[name]) for name in changed},
            after={name: _said(wanted[name]) for name in changed},
        )
    return True


def checked(choice: LookChoice) -> dict[str, object]:
    """Return the columns that a choice sets, as they may be kept.

    Raises:
        InvalidInput: with the field that cannot be used.
    """
    name = " ".join(choice.reply_to_name.split())
    address = _address(choice.reply_to)
    if name and not address:
        raise InvalidInput(
            "A name for answers needs an address.",
            field="reply_to",
            remedy="Write the address that answers go to, or leave the name empty.",
        )
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput("This name cannot be used.", field="reply_to_name")
    columns: dict[str, object] = {
        "colour": checked_colour(choice.colour),
        "reply_to": address,
        "reply_to_name": name,
    }
    return columns if choice.logo is None else columns | _logo(choice.logo)


def _address(typed: str) -> str:
    """Return where answers go; empty for the sender."""
    if not typed.strip():
        return ""
    try:
        return checked_address(typed)
    except InvalidInput as refused:
        raise InvalidInput(refused.what, field="reply_to", remedy=refused.remedy) from None


def _logo(content: bytes) -> dict[str, object]:
    """Return the columns of a logo; an empty one is none."""
    if content == NONE_CHOSEN:
        return {"logo": b"", "logo_type": "", "logo_width": 0, "logo_height": 0}
    picture = read_picture(content)
    width, height = shown_size(picture)
    return {
        "logo": picture.content,
        "logo_type": picture.kind,
        "logo_width": width,
        "logo_height": height,
    }


def _said(value: object) -> object:
    """Return what the record says of a column: of a picture its size only."""
    return f"{len(value):,} bytes" if isinstance(value, bytes) else value
