"""A catalog's look: what its mail is dressed in, and where answers to it go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from classbell.domain.notifications.layout.pictures import Picture
from classbell.ports.mail import Address, Attachment
from classbell.storage.models import Catalog, MailLook, Organisation

LOGO_ID = "logo@classbell"
"""Names the logo within a mail's HTML; Content-IDs have the form of an address (RFC 2392)."""

WIDEST, HIGHEST = 240, 80
"""CSS pixels that a logo takes at most; one twice as large is sharp on every screen."""

DEFAULT_COLOUR = "#0f548c"


@dataclass(frozen=True, slots=True)
class Logo:
    """A catalog's logo: ``width`` and ``height`` are the CSS pixels it is shown in."""

    kind: str
    width: int
    height: int
    content: bytes = field(repr=False, compare=False)

    @property
    def file(self) -> Attachment:
        """The logo as it travels."""
        name = f"logo.{self.kind.rpartition('/')[2]}"
        return Attachment(name, self.kind, self.content, LOGO_ID)


@dataclass(frozen=True, slots=True)
class Look:
    """How mail is dressed, and who sends it in name.

    Attributes:
        catalog: title of the catalog; empty for mail that is about none.
        organisation: name of the organisation; empty for mail to the operator.
        colour: ``#rrggbb``.
        logo: None where the title stands in its place.
        reply_to: where answers go; None for the sender.
    """

    catalog: str = ""
    organisation: str = ""
    colour: str = DEFAULT_COLOUR
    logo: Logo | None = None
    reply_to: Address | None = None


def look_of(organisation: Organisation | None, catalog: Catalog | None = None) -> Look:
    """Return the look of a catalog's mail as it is set now, or of mail that is about none."""
    row = MailLook.objects.filter(catalog=catalog).first() if catalog is not None else None
    return look_from(organisation, catalog, row)


def looks_of(catalogs: Collection[UUID]) -> dict[UUID, MailLook]:
    """Return what catalogs have set, by id; those that set nothing are left out. One query."""
    if not catalogs:
        return {}
    return {row.catalog_id: row for row in MailLook.objects.filter(catalog__in=catalogs)}


def look_from(
    organisation: Organisation | None, catalog: Catalog | None, row: MailLook | None
) -> Look:
    """Return the look that a catalog's row describes, the product's own where there is none."""
    names = (catalog.title if catalog else "", organisation.name if organisation else "")
    if row is None:
        return Look(*names)
    return Look(
        *names,
        colour=row.colour or DEFAULT_COLOUR,
        logo=_logo(row),
        reply_to=Address(row.reply_to, row.reply_to_name) if row.reply_to else None,
    )


def shown_size(picture: Picture) -> tuple[int, int]:
    """Return the CSS pixels in which a picture is shown as a logo: never larger than it is."""
    scale = min(WIDEST / picture.width, HIGHEST / picture.height, 1)
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def _logo(row: MailLook) -> Logo | None:
    if not row.logo:
        return None
    return Logo(row.logo_type, row.logo_width, row.logo_height, bytes(row.logo))
