"""Threads of one process write into a SQLite file in turn, and nobody starves."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from classbell.storage.databases import database
from classbell.storage.sqlite.turns import Turns

WRITERS, ROUNDS = 12, 20


def test_turns_are_taken_in_the_order_in_which_they_were_asked_for() -> None:
    turns, order = Turns(), list[int]()
    assert turns.take(1)

    def ask(number: int) -> None:
        assert turns.take(20)
        order.append(number)
        turns.give()

    threads = [Thread(target=ask, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(turns._waiting) <= number:  # noqa: SLF001 -- until it stands in the queue
            pass
    turns.give()
    for thread in threads:
        thread.join()
    assert order == list(range(5))


def test_who_waits_in_vain_gives_up_and_keeps_nobody_waiting() -> None:
    turns = Turns()
    assert turns.take(1)
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0.01)


@pytest.mark.django_db
def test_many_writers_all_come_to_write(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    store = ConnectionHandler({"default": database(url)})
    with store["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE written (writer INTEGER)")
    failed: list[BaseException] = []

    def write(number: int) -> None:
        own = ConnectionHandler({"default": database(url)})["default"]
        try:
            for _ in range(ROUNDS):
                own.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
                own.cursor().execute("INSERT INTO written VALUES (%s)", [number])
                own.commit()
                own.set_autocommit(True)
        except OperationalError as problem:
            failed.append(problem)
        finally:
            own.close()

    threads = [Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with store["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM written")
        assert cursor.fetchone() == (WRITERS * ROUNDS,)
    store["default"].close()


@pytest.mark.django_db
def test_a_transaction_that_failed_lets_the_others_write(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    first = ConnectionHandler({"default": database(url)})["default"]
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with pytest.raises(OperationalError):
        first.cursor().execute("INSERT INTO nowhere VALUES (1)")
    first.rollback()
    done = Event()

    def write() -> None:
        second = ConnectionHandler({"default": database(url)})["default"]
        second.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        second.rollback()
        second.close()
        done.set()

    thread = Thread(target=write)
    thread.start()
    thread.join(timeout=10)
    assert done.is_set()
    first.close()
