"""The records of mail: letters, and their copies in the folders of mailboxes."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import uuid4

import nh3

Route = Literal["graph", "smtp", "acs", "calendar", "system"]
FolderName = Literal["Inbox", "SentItems", "DeletedItems"]
MeetingKind = Literal["request", "cancellation", "response"]

_SPACE = re.compile(r"[ \t]+")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h[1-6]|/li)[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """A name and an address, as in a message header."""

    address: str
    name: str = ""

    def shown(self) -> str:
        """Return the pair as people read it."""
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a letter; its content is kept in base64."""

    name: str
    content_type: str
    content_base64: str
    is_inline: bool = False
    content_id: str | None = None

    @property
    def content(self) -> bytes:
        """Return the file's bytes."""
        return base64.b64decode(self.content_base64)


@dataclass(frozen=True)
class MeetingNote:
    """What makes a letter a meeting message: which meeting, and what is said about it."""

    uid: str
    kind: MeetingKind
    response: str | None = None


@dataclass
class Letter:
    """One mail as its sender wrote it, shared by every mailbox it reaches.

    `recipients` is the envelope: everybody it is for, blind copies included.
    """

    sender: Address
    recipients: list[str]
    subject: str
    sent: datetime
    route: Route
    html: str | None = None
    text: str | None = None
    to: list[Address] = field(default_factory=list)
    cc: list[Address] = field(default_factory=list)
    reply_to: list[Address] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    importance: str = "normal"
    internet_message_id: str = ""
    from_address: Address | None = None
    save_to_sent: bool = False
    meeting: MeetingNote | None = None
    letter_id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def author(self) -> Address:
        """Return whom the From line names."""
        return self.from_address or self.sender

    def plain_text(self) -> str:
        """Return the body as text, made from the HTML when there is no text."""
        return self.text if self.text is not None else text_of_html(self.html or "")


@dataclass
class Item:
    """A letter's copy in one folder of one mailbox."""

    letter_id: str
    mailbox: str
    folder: FolderName
    received: datetime
    is_read: bool = False
    item_id: str = field(default_factory=lambda: uuid4().hex)


def text_of_html(markup: str) -> str:
    """Return what a reader sees of a piece of HTML, as lines of text."""
    broken = _BREAK.sub("\n", markup)
    bare = html.unescape(
        nh3.clean(broken, tags=set(), clean_content_tags={"style", "script", "title"})
    )
    lines = [_SPACE.sub(" ", line.replace("\xa0", " ")).strip() for line in bare.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
