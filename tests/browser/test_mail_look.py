"""Mail as a browser shows it: nothing for axe to find, and nothing wider than a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.layout.layout import (
    Around,
    copy_note,
    layout,
    with_pictures_inside,
)
from classbell.domain.notifications.layout.look import Logo, Look
from classbell.domain.notifications.template import fill_html, fill_line, variables_in
from classbell.ports.mail import Mail
from tests.browser.accessibility import findings
from tests.browser.conftest import Walker, a_walker
from tests.pictures import a_png

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANDMARKS = ("landmark-one-main", "region")
"""Landmarks are those of the page that a mail is shown in, which has a main part of its own."""
LOGO = Logo("image/png", 240, 60, a_png(480, 120))
LOOKS = {
    "plain": Look("Contoso Academy", "Contoso"),
    "logo": Look("Contoso Academy", "Contoso", "#ffb900", LOGO),
    "loud": Look("Contoso Academy of Workplace Safety and Health", "Contoso", "#8a8886"),
}
LINK = "https://teams.example/l/meetup-join/19%3ameeting_" + "N2Q4ZTk1" * 12
SAID = {
    "PERSON NAME": "Ana Sørensen",
    "COURSE TITLE": "Fire safety for everybody who works in the laboratory",
    "SESSION TITLE": "Group 2, autumn",
    "SESSION PLACE": "Auditorium, building 2, and Microsoft Teams",
    "CATALOG TITLE": "Contoso Academy",
    "TEXT": "Please bring a pencil.\n\nAnd paper.",
}
RICH = (
    "<h1>Welcome</h1><h2>What to bring</h2><ul><li>A pencil</li><li>Paper</li></ul>"
    "<h3>When</h3><table><thead><tr><th>Day</th><th>Time</th></tr></thead><tbody><tr>"
    "<td>Monday</td><td>09:00</td></tr></tbody></table><blockquote><p>Be there.</p></blockquote>"
    '<hr><p>See <a href="https://a.example/">the plan</a> or '
    '<a class="button" href="https://a.example/">open it</a> now.</p>'
)


def the_mail(kind: str, language: str, look: Look) -> str:
    """Return a kind's mail with everything in it, as a page can show it."""
    text = default_text(kind, language)
    values = {
        name: LINK if name.endswith("LINK") else SAID.get(name, name.title())
        for name in variables_in(text.subject + text.message)
    }
    around = Around(
        copy_note(language, name="Ben Buch", count=1), "https://lms.example/preferences/abc"
    )
    return shown(
        fill_line(text.subject, values), fill_html(text.message, values), language, look, around
    )


def shown(subject: str, message: str, language: str, look: Look, around: Around) -> str:
    bodies = layout(look, language).dress(subject, message, around)
    files = (look.logo.file,) if look.logo else ()
    return with_pictures_inside(Mail(subject, bodies.html, attachments=files))


@pytest.fixture
def walker(browser: Browser, shots: Path) -> Iterator[Walker]:
    """Open a window for mail."""
    made = a_walker(browser, shots)
    yield made
    made.context.close()


def look_at(page: Page, html: str, *, dark: bool) -> list[str]:
    """Show a mail, and return what is wrong with it."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.set_viewport_size({"width": 800, "height": 1000})
    page.set_content(html)
    return findings(page, without=LANDMARKS)


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_axe_finds_nothing_in_any_kind(walker: Walker, kind: str) -> None:
    # One look for each kind: what looks differ in is the same in every kind, and looked at below.
    html = the_mail(kind, "en", LOOKS["loud"])
    for dark in (False, True):
        found = look_at(walker.page, html, dark=dark)
        assert not found, f"{'dark' if dark else 'light'}: {found}"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_language(walker: Walker, language: str, *, dark: bool) -> None:
    html = the_mail("session_invitation", language, LOOKS["logo"])
    assert not look_at(walker.page, html, dark=dark)
    assert walker.page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", LOOKS)
def test_what_an_admin_may_write_looks_right_too(walker: Walker, name: str, *, dark: bool) -> None:
    html = shown("Welcome", RICH, "en", LOOKS[name], Around())
    assert not look_at(walker.page, html, dark=dark)
    walker.shot(f"mail-rich-{name}-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("width", [320, 800])
@pytest.mark.parametrize("name", LOOKS)
def test_mail_fits_every_window(walker: Walker, name: str, width: int) -> None:
    for kind in ("session_invitation", "session_message", "connection_lost"):
        for dark in (False, True):
            walker.page.emulate_media(color_scheme="dark" if dark else "light")
            walker.page.set_viewport_size({"width": width, "height": 900})
            walker.page.set_content(the_mail(kind, "de", LOOKS[name]))
            assert walker.sideways() <= 0, kind
            theme = "dark" if dark else "light"
            walker.shot(f"mail-{kind}-{name}-{theme}-{width}")
