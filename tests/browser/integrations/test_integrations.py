"""An admin lets another program in, which then reads; and browses what it can do, offline."""

from __future__ import annotations

import json

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser.article.home import Home
from tests.browser.article.test_no_findings import look

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_program_is_let_in_and_out(home: Home) -> None:
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}")
    page.get_by_role("link", name="Integrations", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Integrations")
    look(home, "integrations-none", width=320)
    page.get_by_role("link", name="New integration").click()
    look(home, "integration-new", width=320)
    page.get_by_label("Name").fill("Learning platform")
    page.get_by_role("button", name="Create integration").click()
    expect(page.get_by_text("An integration without a scope could do nothing.")).to_be_visible()
    page.get_by_label("See sessions").check()
    page.get_by_role("button", name="Create integration").click()
    token = page.get_by_label("Token", exact=True).input_value()
    look(home, "integration-token", width=320)

    here = f"{home.base}/api/v1/catalogs/{home.slug}/sessions"
    allowed = {"Authorization": f"Bearer {token}"}
    assert httpx2.get(here, headers=allowed).json()["items"] == []

    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Learning platform").click()
    look(home, "integration", width=320)
    page.get_by_role("button", name="Rotate token").click()
    expect(page.get_by_text("works for another day")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Learning platform").click()
    page.get_by_role("button", name="Revoke integration").click()
    expect(page.get_by_role("status").get_by_text("Integration revoked.")).to_be_visible()
    assert httpx2.get(here, headers=allowed).json()["code"] == "token_revoked"
    assert home.walker.complaints == []


def test_the_description_can_be_browsed_without_the_internet(home: Home) -> None:
    page = home.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{home.base}/api/v1/docs")
    operation = page.get_by_text("/api/v1/catalogs/{slug}/sessions/{session_id}/enrolments").first
    expect(operation).to_be_visible()
    operation.click()
    expect(page.get_by_text("enrolments:read").first).to_be_visible()
    home.walker.shot("api-docs")
    assert all(url.startswith((home.base, "data:", "blob:")) for url in asked), asked
    assert json.loads(httpx2.get(f"{home.base}/api/v1/openapi.json").text)["openapi"] == "3.1.0"
    assert home.walker.complaints == []
