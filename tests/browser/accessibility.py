"""What axe finds on a page as it stands in the window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"

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
