"""A webhook is added, looked at and deleted, and a calendar's address made, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import in_every_theme
from tests.browser.pages.addresses import Addresses
from tests.browser.pages.test_every_page import picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_webhook_from_its_form_to_its_end(addresses: Addresses) -> None:
    home, page = addresses.home, addresses.home.page
    page.goto(addresses.of("webhook-new"))
    page.get_by_label("Address", exact=True).fill("https://hooks.example.com/classbell")
    page.get_by_label("Description").fill("Intranet")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Signing secret")).to_have_value(
        # The one sight of it; what it holds is for its receiver alone.
        page.get_by_label("Signing secret").input_value()
    )
    assert page.get_by_label("Signing secret").input_value().startswith("whsec_")
    found = in_every_theme(page) + picture(home, "webhook-secret")
    page.goto(addresses.of("webhooks"))
    page.get_by_role("link", name="https://hooks.example.com/classbell").click()
    expect(page.get_by_label("Signing secret")).to_have_count(0)
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("cell", name="webhook.ping")).to_be_visible()
    found += in_every_theme(page) + picture(home, "webhook")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete the webhook?")).to_be_visible()
    found += in_every_theme(page) + picture(home, "webhook-delete")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    assert not found, "\n".join(found)


def test_a_calendars_address_is_made_and_revoked(addresses: Addresses) -> None:
    home, page = addresses.home, addresses.home.page
    page.goto(addresses.of("catalog-calendar"))
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address of the calendar").input_value()
    assert address.endswith(".ics")
    found = in_every_theme(page) + picture(home, "calendar-made")
    read = home.walker.context.request.get(address)
    assert read.status == 200
    assert "BEGIN:VCALENDAR" in read.text()
    page.get_by_role("button", name="Revoke the address").click()
    expect(page.get_by_text("There is no address yet")).to_be_visible()
    assert home.walker.context.request.get(address).status == 404
    assert not found, "\n".join(found)
