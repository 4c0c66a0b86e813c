"""Saving writes what changed and no more, and nothing that was saved is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from m365sandbox.calendars.model import Attendee, Event
from m365sandbox.mailboxes.model import Address, Letter
from m365sandbox.start import make_world, reset
from m365sandbox.store import SqliteStore
from m365sandbox.world import RECORDS_AT_ONCE, World

LEARNING = Address("learning@contoso.example", "Contoso Learning")
ZOE = "zoe.dubois@contoso.example"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = SqliteStore(tmp_path / "state.sqlite3")
    made = make_world(store)
    made.clock.freeze(made.now())
    made.mailboxes.limits.enabled = False
    made.save(everything=True)
    yield made
    store.close()


def write(world: World, count: int) -> None:
    for number in range(count):
        world.mailboxes.transport.submit(
            Letter(LEARNING, [ZOE], f"Message {number}", world.now(), "graph")
        )


def meet(world: World) -> Event:
    now = world.now()
    people = [Attendee(ZOE, "Zoé Dubois")]
    event = Event(
        LEARNING.address, LEARNING, now, now + timedelta(hours=1), now, now, attendees=people
    )
    organizer = world.directory.person(LEARNING.address)
    assert organizer is not None
    return world.calendars.organising.create(event, organizer)


def file_of(world: World) -> Path:
    assert isinstance(world.store, SqliteStore)
    return world.store.path


def rows(world: World) -> int:
    with closing(sqlite3.connect(file_of(world))) as connection:
        return int(connection.execute("SELECT count(*) FROM record").fetchone()[0])


def resumed(world: World) -> World:
    store = SqliteStore(file_of(world))
    try:
        again = World(store=store)
        assert again.resume()
    finally:
        store.close()
    return again


def test_everything_is_there_again_in_its_order(world: World) -> None:
    write(world, 3)
    event = meet(world)
    world.save(everything=True)
    world.mailboxes.mark_read(world.mailboxes.items(ZOE)[0])
    copy = world.calendars.by_uid(ZOE, event.uid)
    assert copy is not None
    world.calendars.answers.respond(copy, "accepted")
    world.save(everything=True)
    again = resumed(world)
    assert again.mailboxes.snapshot() == world.mailboxes.snapshot()
    assert again.calendars.snapshot() == world.calendars.snapshot()
    assert [one["subject"] for one in again.mailboxes.received(ZOE)][:3] == [
        "Message 0", "Message 1", "Message 2",
    ]  # fmt: skip


def test_what_is_gone_stays_gone(world: World) -> None:
    event = meet(world)
    world.save(everything=True)
    world.calendars.organising.delete(event)
    world.save(everything=True)
    assert resumed(world).calendars.find(LEARNING.address, event.key) is None
    write(world, 1)
    world.save(everything=True)
    reset(world)
    world.save(everything=True)
    assert rows(world) == 0
    assert resumed(world).mailboxes.received() == []


def test_drafts_and_what_is_on_its_way_to_sent_items_survive(world: World) -> None:
    world.mailboxes.limits.enabled = True
    mailboxes = world.mailboxes
    mailboxes.trouble.set_quota(ZOE, 5)
    mailboxes.trouble.set_bounce("@elsewhere.example", "550 5.1.1 Nobody")
    kept, sent, gone = (
        mailboxes.draft(Letter(LEARNING, [], name, world.now(), "graph", to=[Address(ZOE)]))
        for name in ("Kept", "Sent", "Gone")
    )
    mailboxes.letter(kept).extended["String 0x1a"] = "ours"
    world.save(everything=True)
    mailboxes.send_draft(sent)
    for _ in range(2):
        mailboxes.delete(gone)
    world.save(everything=True)
    again = resumed(world)
    assert again.mailboxes.snapshot() == mailboxes.snapshot()
    (draft,) = again.mailboxes.items(LEARNING.address)
    assert (again.mailboxes.letter(draft).subject, draft.is_draft) == ("Kept", True)
    assert again.mailboxes.trouble.reason_against("anybody@elsewhere.example")
    again.clock.advance(timedelta(seconds=5))
    again.run_due()
    copy, _ = again.mailboxes.items(LEARNING.address)
    assert (copy.folder, copy.item_id) == ("SentItems", sent.item_id)
    assert len(again.mailboxes.received(ZOE)) == 1


def test_much_mail_is_saved_in_small_steps(world: World) -> None:
    seconds = 1e9
    world.machine_seconds = lambda: seconds
    write(world, RECORDS_AT_ONCE)
    steps = [rows(world)]
    for _ in range(3):
        seconds += 60
        world.save()
        steps.append(rows(world))
    # Each message is a letter and its copy in a mailbox.
    assert steps == [0, RECORDS_AT_ONCE, 2 * RECORDS_AT_ONCE, 2 * RECORDS_AT_ONCE]
    assert len(resumed(world).mailboxes.received(ZOE)) == RECORDS_AT_ONCE
    write(world, 1)
    seconds += 60
    world.save()
    assert rows(world) == steps[-1] + 2


def test_a_file_with_all_mail_in_one_piece_is_still_read(world: World) -> None:
    write(world, 2)
    meet(world)
    whole = {name: world.sections[name].snapshot() for name in ("mailboxes", "calendars")}
    world.save(everything=True)
    with closing(sqlite3.connect(file_of(world))) as connection, connection:
        connection.execute("DROP TABLE record")
    world.store.save(whole)
    again = resumed(world)
    assert again.mailboxes.received() == world.mailboxes.received()
    assert again.calendars.snapshot() == world.calendars.snapshot()
