"""Walk the sign-in pages over HTTP as a person would, for tests without a browser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import urlencode, urljoin

import httpx2  # noqa: TID251 -- a client of the sandbox, like anybody's

PAGES_AT_MOST = 12


class SignInStopped(Exception):
    """The sign-in ended on a page of the sandbox that leads no further.

    `title` is the page's heading, `text` what it says.
    """

    def __init__(self, title: str, text: str) -> None:
        """Stop at the page with this heading and text."""
        super().__init__(f"{title}: {text}")
        self.title = title
        self.text = text


@dataclass(frozen=True)
class Person:
    """Who walks, and how they answer."""

    address: str
    password: str
    consent: Literal["accept", "cancel"] = "accept"
    organisation: bool = False
    approves: bool = True


@dataclass
class Page(HTMLParser):
    """One page: its heading, its text, and its first form."""

    heading: str = ""
    text: str = ""
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    offers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare to read."""
        super().__init__()
        self._in_heading = False
        self._forms = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note headings, the first form and its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "h1":
            self._in_heading = True
        elif tag == "form":
            self._forms += 1
            if self._forms == 1:
                self.action = given["action"]
        elif self._forms == 1 and tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value", "")
        elif self._forms == 1 and tag in {"input", "button"}:
            self.offers.append(given.get("name", ""))

    def handle_endtag(self, tag: str) -> None:
        """Note where the heading ends."""
        if tag == "h1":
            self._in_heading = False

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        if self._in_heading:
            self.heading += data
        self.text = f"{self.text} {data.strip()}".strip()


def read_page(html: str) -> Page:
    """Return what a page holds."""
    page = Page()
    page.feed(html)
    return page


def walk(browser: httpx2.Client, address: str, person: Person) -> str:
    """Go from an authorize address to the application's redirect address, which is returned.

    Args:
        browser: a client that keeps cookies and does not follow redirects; using the same one
            again is using the same browser again.
        address: the authorize, admin-consent or sign-out address.
        person: who signs in and how they answer.

    Raises:
        SignInStopped: the sandbox shows an error, "Need admin approval", or repeats a page because
            an answer was wrong.
    """
    response = browser.get(address)
    seen = {"", "admin"}
    for _ in range(PAGES_AT_MOST):
        if response.is_redirect:
            return str(response.headers["location"])
        page = read_page(response.text)
        step = page.fields.get("step", "")
        if page.action and not page.action.startswith("/"):
            return f"{page.action}?{urlencode(page.fields)}"
        if step in seen:
            raise SignInStopped(page.heading, page.text)
        seen.add(step)
        answer = {**page.fields, **_answer(step, page, person)}
        response = browser.post(urljoin(address, page.action), data=answer)
    raise SignInStopped("Too many pages", f"The sign-in did not end after {PAGES_AT_MOST} pages.")


def _answer(step: str, page: Page, person: Person) -> dict[str, str]:
    """Return what the person fills in on a page."""
    if step == "account":
        # The picker is left for the address page, which takes known and unknown accounts alike.
        return {"account": ""}
    if step == "address":
        return {"address": person.address}
    if step == "password":
        return {"password": person.password}
    if step == "approve":
        return {"answer": "approve" if person.approves else "deny"}
    chosen: dict[str, str] = {"answer": person.consent}
    if person.organisation and "organisation" in page.offers:
        chosen["organisation"] = "1"
    return chosen
