"""A keyboard and nothing else: every stop of it must be seen, and come where one reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from playwright.sync_api import Locator, Page, expect

from classbell.cli.showcase import PASSWORD
from tests.browser.microsoft import walk_to_consent

MOST_STOPS = 150
"""How often Tab may be pressed before what is looked for counts as out of reach."""

STOP = """
() => {
  const at = document.activeElement;
  const body = !at || at === document.body || at === document.documentElement;
  if (body) return { body };
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const clear = (colour) => colour.startsWith("rgba(") && colour.endsWith(", 0)");
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
    && !clear(style.outlineColor);
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.2], [0.5, 0.8]];
  const seen = points.some(([x, y]) => {
    const there = document.elementFromPoint(box.x + box.width * x, box.y + box.height * y);
    return there && (at.contains(there) || there.contains(at) && there !== document.body);
  });
  const words = at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 40);
  const part = at.closest("dialog, main, [popover], header, nav");
  return {
    body,
    name: `${at.localName} «${words}»`,
    marked: outlined || style.boxShadow !== "none",
    seen,
    part: part ? part.id || part.localName : "",
    dialog: Boolean(at.closest("dialog:modal")),
    modal: Boolean(document.querySelector("dialog:modal")),
    top: box.top + scrollY, bottom: box.bottom + scrollY,
    start: box.left, end: box.right,
  };
}
"""


class Stop(TypedDict, total=False):
    """Where the focus is, in pixels of the page; ``body`` where it is nowhere."""

    body: bool
    name: str
    marked: bool
    seen: bool
    part: str
    dialog: bool
    modal: bool
    top: float
    bottom: float
    start: float
    end: float


@dataclass
class Keys:
    """Somebody's keyboard at a window; nothing here clicks, and no script moves the focus."""

    page: Page

    def stop(self) -> Stop:
        """Return where the focus is."""
        found: Stop = self.page.evaluate(STOP)
        return found

    def reach(self, what: Locator, *, back: bool = False) -> None:
        """Press Tab until something has the focus; each stop on the way is seen and in order.

        Args:
            what: what shall have it.
            back: go backwards, with Shift.
        """
        expect(what).to_be_visible()
        before = self.stop()
        for _ in range(MOST_STOPS):
            if _has_focus(what):
                self.kept()
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            now = self.stop()
            self._judge(before, now, back=back)
            before = now
        raise AssertionError(f"Tab never reaches {what} on {self.page.url}")

    def kept(self) -> None:
        """See that the focus is somewhere, and that it is seen."""
        now = self.stop()
        assert not now["body"], f"the focus is lost on {self.page.url}"
        assert now["marked"], f"nothing marks the focus on {now['name']}"
        assert now["seen"], f"{now['name']} is covered"

    def press(self, what: Locator, key: str = "Enter") -> None:
        """Go to something and press a key on it."""
        self.reach(what)
        self.page.keyboard.press(key)

    def write(self, field: Locator, text: str) -> None:
        """Go to a field and type."""
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, field: Locator, label: str) -> None:
        """Go to a list and type the beginning of what is wanted."""
        self.reach(field)
        self.page.keyboard.type(label)
        chosen = field.evaluate("(list) => list.selectedOptions[0].label")
        assert str(chosen).startswith(label), f"typing {label} chose {chosen}"

    @staticmethod
    def _judge(before: Stop, now: Stop, *, back: bool) -> None:
        """See that one stop after another is marked, uncovered and not above it in its column."""
        if now["body"]:  # between the end and the beginning
            return
        assert now["marked"], f"nothing marks the focus on {now['name']}"
        assert now["seen"], f"{now['name']} is covered"
        assert now["dialog"] or not now["modal"], f"{now['name']} is behind a dialog"
        if before["body"] or before["part"] != now["part"] or now["part"] != "main" or back:
            return
        beside = now["start"] >= before["end"] or now["end"] <= before["start"]
        above = now["bottom"] <= before["top"]
        assert beside or not above, f"{now['name']} comes after {before['name']}, and stands above"


def _has_focus(what: Locator) -> bool:
    """Return whether something has the focus now."""
    focused: bool = what.evaluate("(it) => it === document.activeElement")
    return focused


def sign_in_by_keyboard(keys: Keys, address: str, back: str) -> None:
    """Walk Microsoft's pages by keyboard until they ask for consent or lead back.

    Args:
        keys: the window, on its way to Microsoft.
        address: who signs in.
        back: address of the site that they come from.
    """
    walk_to_consent(keys.page, back, lambda heading: _answer(keys, heading, address))


def _answer(keys: Keys, heading: str, address: str) -> None:
    """Do what one page asks for."""
    page = keys.page
    if heading == "Pick an account":
        known = page.get_by_role("button", name=address)
        keys.press(known if known.is_visible() else page.get_by_role("button", name="another"))
    elif heading == "Sign in":
        keys.write(page.get_by_label("Email address"), address)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
    elif heading == "Enter password":
        keys.write(page.get_by_label("Password"), PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Enter password")
    else:
        keys.press(page.get_by_role("button", name="Approve"))
