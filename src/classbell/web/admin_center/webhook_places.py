"""Which webhooks a page is about: those of one catalog, or those of all catalogs together."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from classbell.domain.organisations.access import Access, require_catalog_admin, require_lms_admin
from classbell.storage.models import Catalog, Organisation
from classbell.web.access import signed_in

OF_ALL = "-all"
"""How the names of the addresses end that are about all catalogs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where webhooks belong, and somebody who may change them there.

    Attributes:
        access: who asks.
        catalog: whose webhooks; None for those that are told of every catalog.
    """

    access: Access
    catalog: Catalog | None

    @property
    def organisation(self) -> Organisation:
        """Whose events these webhooks are told of."""
        return self.catalog.organisation if self.catalog else self.access.person.organisation

    @property
    def current(self) -> str:
        """The line of the navigation that the pages stand under."""
        return "webhooks" if self.catalog else "webhooks" + OF_ALL

    @property
    def title(self) -> str:
        """What the list is called, and the way back to it."""
        return _("Webhooks") if self.catalog else _("Webhooks of all catalogs")

    @property
    def steps(self) -> list[tuple[str, str]]:
        """What stands above the list: label and address."""
        return [(_("Home"), reverse("home", args=[self.catalog.slug]))] if self.catalog else []

    @property
    def way_back(self) -> list[tuple[str, str]]:
        """What stands above every other page: the same, and the list."""
        return [*self.steps, (self.title, self.address("webhooks"))]

    def address(self, name: str, *ids: object) -> str:
        """Return the address of a page or an act here.

        Args:
            name: as in the URL configuration, for those of one catalog.
            ids: of the webhook and of what hangs on it, where the address has them.
        """
        if self.catalog:
            return reverse(name, args=[self.catalog.slug, *ids])
        return reverse(name + OF_ALL, args=ids)


def place_of(request: HttpRequest, slug: str | None) -> Place:
    """Return whose webhooks an address is about.

    Args:
        request: what was asked.
        slug: the catalog; None for all of the organisation.

    Raises:
        NotFoundHere: there is no such catalog in the person's organisation.
        NotAllowed: they are not its admin, or no LMS admin where it is about all catalogs.
    """
    access = signed_in(request)
    if slug is not None:
        return Place(access, require_catalog_admin(access, slug))
    require_lms_admin(access)
    return Place(access, None)
