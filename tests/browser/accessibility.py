"""What axe finds on a page as it stands in the window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"

THEMES = ("light", "dark", "teams-light", "teams-dark")
CONTRAST = ("color-contrast", "link-in-text-block")
"""All that a theme can change of what axe finds."""
NARROW: ViewportSize = {"width": 320, "height": 844}
WIDE: ViewportSize = {"width": 1366, "height": 900}
SLIDE_MS, FADE_MS = 300, 150
"""The drawer slides in for 250 ms, and colours fade for 100 ms."""

RUN = """
async ([without, only]) => {
  const options = { resultTypes: ["violations"] };
  if (only.length) options.runOnly = only;
  else options.rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  const found = await axe.run(document, options);
  return found.violations.map((one) =>
    `${one.id} (${one.impact}): ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}
"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def findings(page: Page, *, without: Sequence[str] = (), only: Sequence[str] = ()) -> list[str]:
    """Return axe's findings with the elements they concern; empty where all is well.

    Args:
        page: as it stands in the window.
        without: rules that do not hold for what is shown.
        only: the only rules to look at; all of them where none is named.
    """
    # The script is handed to the page by the debugger, past the page's own policy.
    page.evaluate(_axe())
    found: list[str] = page.evaluate(RUN, [list(without), list(only)])
    return found


def in_every_theme(page: Page) -> list[str]:
    """Return what axe finds: everything in the first theme, what colours change in the others."""
    page.wait_for_timeout(SLIDE_MS)
    found = []
    for theme in THEMES:
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        page.wait_for_timeout(FADE_MS)
        only = () if theme == THEMES[0] else CONTRAST
        found += [f"{theme}: {one}" for one in findings(page, only=only)]
    page.evaluate("delete document.documentElement.dataset.theme")
    return found


def too_wide(page: Page, width: int = NARROW["width"]) -> list[str]:
    """Return where a page is wider than a telephone, also in colours of the reader's own.

    Windows' contrast themes give borders to what has none, which takes room. The window is left
    narrow, for a picture.
    """
    page.set_viewport_size({"width": width, "height": NARROW["height"]})
    found = []
    for colours in ("none", "active"):
        page.emulate_media(forced_colors="active" if colours == "active" else "none")
        over: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            found.append(f"{over} more than {width} pixels wide, forced colours {colours}")
    page.emulate_media(forced_colors="none")
    return found
