"""One account for several catalogs: offered, accepted, declined, withdrawn."""

from __future__ import annotations

import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    AccountState,
    Connection,
    SharingOffer,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.test_connection_panel import ACTS, PANEL
from tests.domain.people import Cast
from tests.support import NOW, a_connected_account

pytestmark = pytest.mark.django_db


def test_an_account_is_offered_and_accepted(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    assert "Contoso Sales School" in owner.get(PANEL).words
    owner.post(f"{ACTS}/offers", {"offer_to": "sales"})
    offer = SharingOffer.objects.get()
    assert "Withdraw the offer to Contoso Sales School" in owner.get(PANEL).buttons
    colleague = a_visitor(cast.colleague)
    theirs = "/catalogs/sales/settings/notifications?panel=m365"
    assert "Mai Nielsen offers this catalog an account." in colleague.get(theirs).words
    colleague.post(f"/catalogs/sales/settings/connection/offers/{offer.pk}/accept")
    page = colleague.get("/catalogs/sales/settings/notifications")
    assert "This catalog sends as learning@contoso.example." in page.words
    assert "1 other catalog uses this account too" in owner.get(PANEL).words


def test_an_offer_in_place_of_another_account_shows_what_changes_hands(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    former = Account.objects.create(
        organisation=cast.other_catalog.organisation,
        object_id=cast.other_catalog.pk,
        address="former@contoso.example",
        name="Former",
        state=AccountState.CONNECTED,
        connected_at=NOW,
    )
    Connection.objects.create(catalog=cast.other_catalog, account=former, enabled=True)
    owner.post(f"{ACTS}/offers", {"offer_to": "sales"})

    page = a_visitor(cast.colleague).get("/catalogs/sales/settings/notifications?panel=m365")

    assert "Mai Nielsen offers this catalog an account." in page.words
    assert "What changes hands" in page.words
    assert "former@contoso.example hands over what it has made" in page.words


@pytest.mark.parametrize(("act", "state"), [("decline", "declined"), ("withdraw", "withdrawn")])
def test_an_offer_can_be_declined_or_withdrawn(
    owner: Visitor, cast: Cast, connected: Connection, act: str, state: str
) -> None:
    owner.post(f"{ACTS}/offers", {"offer_to": "sales"})
    offer = SharingOffer.objects.get()
    browser = owner if act == "withdraw" else a_visitor(cast.colleague)
    slug = "academy" if act == "withdraw" else "sales"
    browser.post(f"/catalogs/{slug}/settings/connection/offers/{offer.pk}/{act}")
    offer.refresh_from_db()
    assert offer.state == state


def test_an_offer_to_another_catalog_is_not_ones_own(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    owner.post(f"{ACTS}/offers", {"offer_to": "sales"})
    offer = SharingOffer.objects.get()
    assert owner.post(f"{ACTS}/offers/{offer.pk}/accept").status == 404
    refused = a_visitor(cast.stranger).post(f"{ACTS}/offers/{offer.pk}/accept")
    assert refused.status == 404


def test_other_catalogs_of_the_organisation_alone_can_be_offered(
    owner: Visitor, ports: Ports, cast: Cast, connected: Connection
) -> None:
    assert "Fabrikam" not in owner.get(PANEL).words
    assert owner.post(f"{ACTS}/offers", {"offer_to": "fabrikam"}).status == 422
    a_connected_account(ports, cast.other_catalog)
    assert "Contoso Sales School" not in owner.get(PANEL).words
