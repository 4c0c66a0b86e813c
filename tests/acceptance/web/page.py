"""A page as its reader meets it: status, headers, visible words, forms and buttons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Protocol

SAFE_FOR_FORMS = "same-origin"
"""The policy of a page whose address is a secret and that has a form: nothing is told to other
sites, and the form still says where it comes from. Under «no-referrer» browsers send «Origin: null»
with a form, which every check of origin refuses."""

VOID = {"input", "link", "meta", "br", "hr", "use", "img"}


class _Reader(HTMLParser):
    """Collects words and elements."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self._buttons: list[list[str]] = []
        self.buttons: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag in VOID:
            return
        self._open.append(tag)
        if tag == "button":
            self._buttons.append([given.get("aria-label", "")])

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "button" and self._buttons:
            label, *words = self._buttons.pop()
            self.buttons.append(label or " ".join(words))

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or {"script", "style", "template"} & set(self._open):
            return
        self.words.append(text)
        if self._buttons:
            self._buttons[-1].append(text)


class Answer(Protocol):
    """As much of Django's responses as a reader meets."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


class Page:
    """One answer of the web door."""

    def __init__(self, response: Answer) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.content.decode()
        reader = _Reader()
        reader.feed(self.html)
        self.words = " ".join(reader.words)
        self.elements = reader.elements
        self.buttons = reader.buttons

    def header(self, name: str) -> str:
        """Return a header, empty where it is missing."""
        return self.response.headers.get(name, "")

    @property
    def location(self) -> str:
        """Where the answer sends the browser."""
        return self.header("Location")

    @property
    def trigger(self) -> dict[str, object]:
        """What the answer tells htmx to trigger."""
        told = json.loads(self.header("HX-Trigger") or "{}")
        assert isinstance(told, dict)
        return told

    def element(self, identifier: str) -> dict[str, str]:
        """Return the attributes of the element of that id."""
        found = [given for _, given in self.elements if given.get("id") == identifier]
        assert len(found) == 1, f"{len(found)} elements have the id {identifier}"
        return found[0]

    def has(self, identifier: str) -> bool:
        """Tell whether there is an element of that id."""
        return any(given.get("id") == identifier for _, given in self.elements)

    def links(self) -> list[str]:
        """Return where the page's links lead."""
        return [given["href"] for tag, given in self.elements if tag == "a" and "href" in given]

    def form_targets(self) -> str:
        """Return where the page's forms may lead, as its policy says."""
        policy = self.header("Content-Security-Policy")
        return next(part for part in policy.split(";") if "form-action" in part).strip()
