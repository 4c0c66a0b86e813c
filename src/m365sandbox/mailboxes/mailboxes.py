"""Every mailbox of the sandbox, and what the world outside received."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from m365sandbox.mailboxes.model import FolderName, Item, Letter
from m365sandbox.mailboxes.rates import Limits, Tally
from m365sandbox.mailboxes.transport import Transport
from m365sandbox.mailboxes.trouble import Trouble
from m365sandbox.mailboxes.uploads import Uploads
from m365sandbox.persist import Changes, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from m365sandbox.store import Batch
    from m365sandbox.world import World

_LETTERS = Shape(list[Letter])
_ITEMS = Shape(list[Item])
_LETTER = Shape(Letter)
_ITEM = Shape(Item)
_TALLIES = Shape(dict[str, Tally])
_LIMITS = Shape(Limits)
_TROUBLE = Shape(Trouble)


class Mailboxes:
    """Letters, their copies in folders, and the counters of each sending mailbox."""

    def __init__(self, world: World) -> None:
        """Start empty, with the service's limits in force."""
        self._world = world
        self.limits = Limits()
        self.trouble = Trouble()
        self.uploads = Uploads()
        self.transport = Transport(world, self)
        self.letters: dict[str, Letter] = {}
        self.tallies: dict[str, Tally] = {}
        self._items: dict[str, dict[str, Item]] = {}
        self._by_id: dict[str, Item] = {}
        self._copies: Counter[str] = Counter()
        self._arrivals: dict[str, Item] = {}
        self._changes = Changes()

    def put(self, letter: Letter, mailbox: str, folder: FolderName, at: datetime) -> Item:
        """Put a copy of a letter into a folder of a mailbox and return the copy."""
        item = Item(letter.letter_id, mailbox.lower(), folder, at, is_read=folder != "Inbox")
        self._put(item, letter)
        return item

    def draft(self, letter: Letter) -> Item:
        """Put a letter that is not sent yet into its writer's drafts."""
        self.transport.stamp(letter)
        now = self._world.now()
        letter.created = letter.created or now
        mailbox = letter.sender.address.lower()
        item = Item(
            letter.letter_id, mailbox, "Drafts", now, is_read=True, is_own=True, is_draft=True
        )
        self._put(item, letter)
        return item

    def send_draft(self, item: Item) -> None:
        """Send a draft: it is gone from its folder, and its copy will be the same item."""
        letter = self.letter(item)
        now = self._world.now()
        letter.sent, letter.save_to_sent, letter.kept_as = now, True, item.item_id
        letter.recipients = [one.address for one in (*letter.to, *letter.cc, *letter.bcc)]
        self._take_out(item)
        self.keep(letter)
        self.transport.submit(letter)

    def file_sent(self, letter: Letter, at: datetime) -> Item:
        """Put the copy of what was sent into its sender's Sent Items."""
        mailbox = letter.sender.address.lower()
        item = Item(letter.letter_id, mailbox, "SentItems", at, is_read=True, is_own=True)
        if letter.kept_as is not None:
            item.item_id, item.created = letter.kept_as, letter.created
            item.version, item.moves = 2, 1
        self._put(item, letter)
        return item

    def touch(self, item: Item) -> None:
        """Note that a copy or its letter was changed."""
        item.version += 1
        item.modified = self._world.now()
        self._changes.note(f"item {item.item_id}")
        self.keep(self.letter(item))

    def move(self, item: Item, folder: FolderName) -> None:
        """Put a copy into another folder; all its ids but the immutable one change."""
        item.folder = folder
        item.moves += 1
        self.touch(item)

    def delete(self, item: Item) -> None:
        """Move a copy to Deleted Items; from there it is gone for good."""
        if item.folder != "DeletedItems":
            self.move(item, "DeletedItems")
            return
        self._take_out(item)
        if not self._copies[item.letter_id]:
            del self.letters[item.letter_id]
            self._changes.note(f"letter {item.letter_id}")

    def keep(self, letter: Letter) -> None:
        """Keep a letter, also while it waits to be delivered."""
        self.letters[letter.letter_id] = letter
        self._changes.note(f"letter {letter.letter_id}")
        self._world.changed("mailboxes")

    def tally(self, mailbox: str) -> Tally:
        """Return the counters of a sending mailbox."""
        return self.tallies.setdefault(mailbox.lower(), Tally())

    def items(self, mailbox: str, folder: FolderName | None = None) -> list[Item]:
        """Return the copies in a mailbox, newest first."""
        found = self._items.get(mailbox.lower(), {})
        return [one for one in reversed(found.values()) if folder is None or one.folder == folder]

    def used(self, mailbox: str) -> int:
        """Return about how many bytes a mailbox holds."""
        return sum(self.letter(one).size for one in self._items.get(mailbox.lower(), {}).values())

    def is_full(self, mailbox: str) -> bool:
        """Say whether a mailbox holds as much as its quota allows, so that it can send nothing."""
        quota = self.trouble.quotas.get(mailbox.lower())
        return quota is not None and self.used(mailbox) >= quota

    def item(self, mailbox: str, item_id: str) -> Item | None:
        """Return one copy in a mailbox, or None."""
        found = self._by_id.get(item_id)
        return found if found is not None and found.mailbox == mailbox.lower() else None

    def letter(self, item: Item) -> Letter:
        """Return the letter a copy is of."""
        return self.letters[item.letter_id]

    def mark_read(self, item: Item) -> None:
        """Note that somebody opened a copy."""
        item.is_read = True
        self._changes.note(f"item {item.item_id}")
        self._world.changed("mailboxes")

    def addresses(self) -> list[str]:
        """Return every address that holds or received mail."""
        return sorted(self._items)

    def is_outside(self, address: str) -> bool:
        """Say whether an address belongs to none of the sandbox's organisations."""
        return self._world.directory.tenant(address.rpartition("@")[2]) is None

    def received(
        self, to: str | None = None, since: datetime | None = None
    ) -> list[dict[str, object]]:
        """Return what arrived in inboxes and outside, oldest first.

        Args:
            to: Only what was delivered to this address.
            since: Only what arrived at this sandbox time or later.
        """
        items: Iterable[Item] = self._arrivals.values()
        if to is not None:
            items = (one for one in self._items.get(to.lower(), {}).values() if one.has_arrived)
        return [self.described(one) for one in items if since is None or one.received >= since]

    def described(self, item: Item) -> dict[str, object]:
        """Return one delivered copy as JSON-able facts."""
        letter = self.letter(item)
        meeting = letter.meeting
        return {
            "id": item.item_id,
            "deliveredTo": item.mailbox,
            "outside": self.is_outside(item.mailbox),
            "subject": letter.subject,
            "from": asdict(letter.author),
            "sender": asdict(letter.sender),
            "to": [asdict(one) for one in letter.to],
            "cc": [asdict(one) for one in letter.cc],
            "replyTo": [asdict(one) for one in letter.reply_to],
            "html": letter.html,
            "text": letter.plain_text(),
            "headers": [{"name": name, "value": value} for name, value in letter.headers],
            "internetMessageId": letter.internet_message_id,
            "time": item.received.isoformat().replace("+00:00", "Z"),
            "route": letter.route,
            "attachments": [one.name for one in letter.attachments],
            "meeting": None if meeting is None else asdict(meeting),
        }

    def statistics(self) -> dict[str, dict[str, int]]:
        """Return for each sending mailbox how many messages were accepted, delayed, returned."""
        return {
            address: {
                "accepted": tally.accepted,
                "delayed": tally.delayed,
                "returned": tally.returned,
            }
            for address, tally in sorted(self.tallies.items())
        }

    def snapshot(self) -> dict[str, object]:
        """Return all mail, the counters and the limits."""
        every = sorted(self._by_id.values(), key=lambda item: item.received)
        every.sort(key=lambda item: item.received)
        return {
            "letters": _LETTERS.dump(list(self.letters.values())),
            "items": _ITEMS.dump(every),
            "tallies": _TALLIES.dump(self.tallies),
            "limits": _LIMITS.dump(self.limits),
            "trouble": _TROUBLE.dump(self.trouble),
        }

    def restore(self, saved: Mapping[str, object]) -> None:
        """Replace all mail, the counters and the limits by a snapshot."""
        self._take_up(saved, _LETTERS.load(saved["letters"]), _ITEMS.load(saved["items"]))
        letters = [f"letter {one}" for one in self.letters]
        self._changes.begin_anew([*letters, *(f"item {one}" for one in self._by_id)])

    def unsaved(self, most: int) -> Batch:
        """Return what changed since it was last saved, at most so many letters and copies."""
        head = {
            "tallies": _TALLIES.dump(self.tallies),
            "limits": _LIMITS.dump(self.limits),
            "trouble": _TROUBLE.dump(self.trouble),
        }
        return self._changes.batch(head, most, self._record)

    def resume(self, head: Mapping[str, object], records: Mapping[str, str]) -> None:
        """Replace everything by what was saved."""
        if "letters" in head:
            # A file of an earlier version holds all mail in one piece.
            self.restore(head)
            return
        letters = [_LETTER.read(body) for key, body in records.items() if key[:7] == "letter "]
        items = [_ITEM.read(body) for key, body in records.items() if key[:5] == "item "]
        self._take_up(head, letters, items)
        self._changes.all_saved()

    def _record(self, key: str) -> str | None:
        kind, _, identity = key.partition(" ")
        if kind == "letter":
            letter = self.letters.get(identity)
            return None if letter is None else _LETTER.text(letter)
        item = self._by_id.get(identity)
        return None if item is None else _ITEM.text(item)

    def _take_up(
        self, head: Mapping[str, object], letters: list[Letter], items: list[Item]
    ) -> None:
        self.letters = {one.letter_id: one for one in letters}
        self.tallies = _TALLIES.load(head["tallies"])
        self.limits = _LIMITS.load(head.get("limits", {}))
        self.trouble = _TROUBLE.load(head.get("trouble", {}))
        self.uploads.forget()
        self._items, self._by_id, self._arrivals = {}, {}, {}
        self._copies.clear()
        # A draft that was sent keeps the place of its record, though it came back later.
        for item in sorted(items, key=lambda one: one.received):
            self._add(item)

    def _put(self, item: Item, letter: Letter) -> None:
        self.keep(letter)
        self._add(item)
        self._changes.note(f"item {item.item_id}")

    def _add(self, item: Item) -> None:
        self._items.setdefault(item.mailbox, {})[item.item_id] = item
        self._by_id[item.item_id] = item
        self._copies[item.letter_id] += 1
        if item.has_arrived:
            self._arrivals[item.item_id] = item

    def _take_out(self, item: Item) -> None:
        """Take a copy out of its mailbox; its letter stays."""
        del self._items[item.mailbox][item.item_id], self._by_id[item.item_id]
        self._copies[item.letter_id] -= 1
        self._arrivals.pop(item.item_id, None)
        self._changes.note(f"item {item.item_id}")
        self._world.changed("mailboxes")
