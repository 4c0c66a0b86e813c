"""Microsoft's pages, as a person walks them in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from classbell.cli.showcase import PASSWORD

HEADINGS = re.compile("Pick an account|Sign in|Enter password|Approve sign in request")


def sign_in_at_microsoft(page: Page, address: str, back: str) -> None:
    """Walk Microsoft's pages until they ask for consent or lead back.

    Args:
        page: the window, on its way to Microsoft.
        address: who signs in.
        back: address of the site that they come from.
    """
    walk_to_consent(page, back, lambda heading: _answer(page, heading, address))


def walk_to_consent(page: Page, back: str, answer: Callable[[str], None]) -> None:
    """Have each of Microsoft's pages answered until they ask for consent or lead back.

    Args:
        page: the window, on its way to Microsoft.
        back: address of the site that they come from.
        answer: does what a page asks for, which it knows by its heading.
    """
    asked = page.get_by_role("heading", level=1, name=HEADINGS)
    consent = page.get_by_role("heading", level=1, name="Permissions requested")
    home = page.get_by_role("banner").get_by_role("link", name="Classbell")
    for _ in range(6):
        expect(asked.or_(consent).or_(home).first).to_be_visible()
        if page.url.startswith(back) or consent.is_visible():
            return
        answer(asked.first.inner_text())
    raise AssertionError(f"Microsoft's pages never end: {page.url}")


def _answer(page: Page, heading: str, address: str) -> None:
    """Do what one page asks for."""
    if heading == "Pick an account":
        known = page.get_by_role("button", name=address)
        (known if known.is_visible() else page.get_by_role("button", name="another")).click()
    elif heading == "Sign in":
        page.get_by_label("Email address").fill(address)
        page.get_by_role("button", name="Next").click()
    elif heading == "Enter password":
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
    else:
        page.get_by_role("button", name="Approve").click()
