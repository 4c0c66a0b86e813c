"""Reading a mail's HTML as a mail program would: its elements, styles, and what could do harm."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
ACTIVE = {
    *("script", "iframe", "object", "embed", "form", "input", "button", "link", "base", "svg"),
    *("math", "video", "audio", "applet", "frame", "frameset", "template", "textarea", "select"),
}
SAFE_ADDRESS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
IN_STYLES = re.compile(r"url\(|expression|@import|javascript", re.IGNORECASE)
ADDRESSES = {"href", "src", "action", "background", "formaction", "poster", "srcset", "xlink:href"}


@dataclass
class MailHtml(HTMLParser):
    """A parsed mail.

    Attributes:
        elements: name and attributes of each, in order.
        words: what is read, without the head.
        styles: the style sheets in it.
        comments: what stands in comments, conditional ones among them.
        unbalanced: elements that were not closed where they should have been.
    """

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self.styles.append(data)
        elif data.strip() and not {"head", "title"} & set(self._open):
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def text(self) -> str:
        """What is read, in one line."""
        return " ".join(" ".join(self.words).split())

    def of(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of a name."""
        return [given for name, given in self.elements if name == tag]

    def links(self) -> list[str]:
        """Return where its links lead."""
        return [given.get("href", "") for given in self.of("a")]


def parsed(html: str) -> MailHtml:
    """Parse a mail's HTML."""
    reader = MailHtml()
    reader.feed(html)
    reader.close()
    return reader


def dangers(html: str) -> list[str]:
    """Return what in a mail could run, load or ask for something; empty where all is well."""
    mail = parsed(html)
    found = [f"<{tag}>" for tag, _ in mail.elements if tag in ACTIVE]
    found += [
        f"{tag} {name}={value}"
        for tag, given in mail.elements
        for name, value in given.items()
        if _is_harmful(tag, name, value)
    ]
    if len(mail.styles) != 1 or IN_STYLES.search("".join(mail.styles)):
        found.append(f"{len(mail.styles)} style sheets")
    return found


def _is_harmful(tag: str, name: str, value: str) -> bool:
    """Say whether an attribute runs, loads or leads where no mail of ours should."""
    if name in ADDRESSES:
        own = value == "cid:logo@classbell" if tag == "img" else SAFE_ADDRESS.match(value)
        return not own
    if name == "style":
        return IN_STYLES.search(value) is not None
    return name.startswith("on") or name in {"http-equiv", "srcdoc"}
