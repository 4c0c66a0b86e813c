"""The records of mail: letters, and their copies in the folders of mailboxes."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import uuid4

import nh3

Route = Literal["graph", "smtp", "acs", "calendar", "system"]
FolderName = Literal["Inbox", "Drafts", "SentItems", "DeletedItems"]
FOLDERS: Final[dict[FolderName, str]] = {
    "Inbox": "Inbox",
    "Drafts": "Drafts",
    "SentItems": "Sent Items",
    "DeletedItems": "Deleted Items",
}
"""The folders of every mailbox, with the names that people read."""
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

    @property
    def size(self) -> int:
        """Return the number of its bytes."""
        return len(self.content_base64) * 3 // 4 - self.content_base64[-2:].count("=")


@dataclass(frozen=True)
class MeetingNote:
    """What makes a letter a meeting message: which meeting, and what is said about it."""

    uid: str
    kind: MeetingKind
    response: str | None = None


@dataclass(frozen=True)
class ReportNote:
    """What makes a letter a report of non-delivery: the Message-ID of what was not delivered."""

    original_id: str
    recipients: list[str]


@dataclass
class Letter:
    """One mail as its sender wrote it, shared by every mailbox it reaches.

    `recipients` is the envelope: everybody it is for, blind copies included. `extended` are MAPI
    properties its writer set, by id; they stay in the writer's mailbox. `kept_as` is the item its
    copy in Sent Items will be, where it was a draft before.
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
    bcc: list[Address] = field(default_factory=list)
    reply_to: list[Address] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    importance: str = "normal"
    internet_message_id: str = ""
    from_address: Address | None = None
    save_to_sent: bool = False
    meeting: MeetingNote | None = None
    report: ReportNote | None = None
    extended: dict[str, str] = field(default_factory=dict)
    created: datetime | None = None
    kept_as: str | None = None
    letter_id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def author(self) -> Address:
        """Return whom the From line names."""
        return self.from_address or self.sender

    def plain_text(self) -> str:
        """Return the body as text, made from the HTML when there is no text."""
        return self.text if self.text is not None else text_of_html(self.html or "")

    @property
    def size(self) -> int:
        """Return about how many bytes the letter takes in a mailbox."""
        words = len(self.subject) + len(self.html or "") + len(self.text or "")
        return words + sum(one.size for one in self.attachments)


@dataclass
class Item:
    """A letter's copy in one folder of one mailbox.

    `is_own` says that the mailbox's owner wrote it: a draft, or the copy of what was sent.
    `version` rises with each change, and `moves` with each change of folder, after which only the
    immutable id still names the item.
    """

    letter_id: str
    mailbox: str
    folder: FolderName
    received: datetime
    is_read: bool = False
    is_own: bool = False
    is_draft: bool = False
    created: datetime | None = None
    modified: datetime | None = None
    version: int = 1
    moves: int = 0
    item_id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def has_arrived(self) -> bool:
        """Say whether it was sent to this mailbox, wherever it is kept now."""
        return not self.is_own and self.folder != "SentItems"


def text_of_html(markup: str) -> str:
    """Return what a reader sees of a piece of HTML, as lines of text."""
    broken = _BREAK.sub("\n", markup)
    bare = html.unescape(
        nh3.clean(broken, tags=set(), clean_content_tags={"style", "script", "title"})
    )
    lines = [_SPACE.sub(" ", line.replace("\xa0", " ")).strip() for line in bare.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
