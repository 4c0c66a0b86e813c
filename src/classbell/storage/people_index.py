"""How the store finds somebody by any part of a name or an address, however many people there are.

PostgreSQL has an index of three letters each (``pg_trgm``) on the two columns, which an ordinary
``icontains`` uses. SQLite has a full-text table of three letters each beside the people; triggers
keep it, so that whoever writes a person need not know of it, programs of the version before
included. Names with letters that count as others are in both once more, written plainly.

Django makes a table of SQLite anew where a migration changes a column, and the triggers go with the
old one: such a migration calls :func:`put_up` again. So does one that comes with a change of the
letters in :mod:`classbell.storage.typed`, for the index holds them.
"""

from __future__ import annotations

from string import Template
from typing import Protocol

from classbell.storage.statements import Store, run_each
from classbell.storage.typed import LIKE_IT, PAIRS

LEAST = 3
"""Letters that a text must have to be looked up in the index."""

PLAINLY = {one: letter for letter, those in LIKE_IT.items() for one in those + those.upper()}
PLAINLY |= {one: pair for letter, pair in PAIRS.items() for one in (letter, letter.upper())}
PLAINLY = {one: plain for one, plain in PLAINLY.items() if len(one) == 1 and not one.isascii()}
"""Letters that count as others, in either case, with what they count as."""

SQLITE_DOWN = (
    "DROP TRIGGER IF EXISTS person_text_written",
    "DROP TRIGGER IF EXISTS person_text_changed",
    "DROP TRIGGER IF EXISTS person_text_removed",
    "DROP TABLE IF EXISTS storage_person_text",
    "DROP TABLE IF EXISTS storage_person_number",
    "DROP TABLE IF EXISTS storage_person_letter",
    "DROP TABLE IF EXISTS storage_person_place",
)
SQLITE_PLAINLY = Template(
    "CASE WHEN length(CAST($name AS BLOB)) <> length($name) THEN "
    "(SELECT group_concat(coalesce(plain, sign), '') FROM "
    "(SELECT substr($name, place, 1) AS sign FROM storage_person_place "
    "WHERE place <= length($name) ORDER BY place) "
    "LEFT JOIN storage_person_letter ON letter = sign) ELSE '' END"
)
NEW = SQLITE_PLAINLY.substitute(name="NEW.name")
SQLITE_UP = (
    *SQLITE_DOWN,
    # A row's own number may change when a file is compacted, for people are known by another key.
    (
        "CREATE TABLE storage_person_number "
        "(number INTEGER PRIMARY KEY, person CHAR(32) NOT NULL UNIQUE)"
    ),
    "CREATE TABLE storage_person_letter (letter TEXT PRIMARY KEY, plain TEXT) WITHOUT ROWID",
    Template("INSERT INTO storage_person_letter VALUES $letters").substitute(
        letters=", ".join(f"('{one}', '{plain}')" for one, plain in sorted(PLAINLY.items()))
    ),
    "CREATE TABLE storage_person_place (place INTEGER PRIMARY KEY)",
    (
        "INSERT INTO storage_person_place WITH RECURSIVE so_far (place) AS "
        "(SELECT 1 UNION ALL SELECT place + 1 FROM so_far WHERE place < 200) "
        "SELECT place FROM so_far"
    ),
    (
        "CREATE VIRTUAL TABLE storage_person_text "
        "USING fts5(name, address_key, plain, tokenize = 'trigram')"
    ),
    "INSERT INTO storage_person_number (person) SELECT id FROM storage_person",
    Template(
        "INSERT INTO storage_person_text (rowid, name, address_key, plain) "
        "SELECT number, name, address_key, $plainly "
        "FROM storage_person_number JOIN storage_person ON id = person"
    ).substitute(plainly=SQLITE_PLAINLY.substitute(name="name")),
    Template(
        "CREATE TRIGGER person_text_written AFTER INSERT ON storage_person BEGIN "
        "INSERT INTO storage_person_number (person) VALUES (NEW.id); "
        "INSERT INTO storage_person_text (rowid, name, address_key, plain) "
        "SELECT number, NEW.name, NEW.address_key, $plainly FROM storage_person_number "
        "WHERE person = NEW.id; END"
    ).substitute(plainly=NEW),
    Template(
        "CREATE TRIGGER person_text_changed AFTER UPDATE OF name, address_key ON storage_person "
        "BEGIN UPDATE storage_person_text "
        "SET name = NEW.name, address_key = NEW.address_key, plain = $plainly "
        "WHERE rowid = (SELECT number FROM storage_person_number WHERE person = OLD.id); END"
    ).substitute(plainly=NEW),
    (
        "CREATE TRIGGER person_text_removed AFTER DELETE ON storage_person BEGIN "
        "DELETE FROM storage_person_text "
        "WHERE rowid = (SELECT number FROM storage_person_number WHERE person = OLD.id); "
        "DELETE FROM storage_person_number WHERE person = OLD.id; END"
    ),
)
SINGLE = {one: plain for one, plain in sorted(PLAINLY.items()) if plain not in PAIRS.values()}
DOUBLE = {one: plain for one, plain in sorted(PLAINLY.items()) if plain in PAIRS.values()}


def _postgresql_plainly(name: str) -> str:
    """Write a name's plain form in PostgreSQL's words; nothing for a name of plain letters."""
    plainly = f"translate({name}, '{''.join(SINGLE)}', '{''.join(SINGLE.values())}')"
    for one, pair in DOUBLE.items():
        plainly = f"replace({plainly}, '{one}', '{pair}')"
    return f"CASE WHEN octet_length({name}) <> length({name}) THEN lower({plainly}) END"


POSTGRESQL_PLAINLY = _postgresql_plainly("{name}")
"""A name's plain form, as the index has it; ``{name}`` stands for the column."""

POSTGRESQL_UP = (
    # Whoever owns a database may add this extension; where its files are missing or that right is
    # taken away, people are found without the index, only more slowly (docs/howto/scale-out.md).
    Template("""DO $$$$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
        BEGIN
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;  -- `classbell migrate` says so: see is_up
        END;
    END IF;
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX IF NOT EXISTS person_name_text ON storage_person
            USING gin (upper(name::text) gin_trgm_ops);
        CREATE INDEX IF NOT EXISTS person_address_text ON storage_person
            USING gin (upper(address_key::text) gin_trgm_ops);
        CREATE INDEX IF NOT EXISTS person_plain_text ON storage_person
            USING gin (($plainly) gin_trgm_ops);
    END IF;
    END $$$$""").substitute(plainly=POSTGRESQL_PLAINLY.format(name="name::text")),
)
POSTGRESQL_DOWN = (
    "DROP INDEX IF EXISTS person_name_text",
    "DROP INDEX IF EXISTS person_address_text",
    "DROP INDEX IF EXISTS person_plain_text",
)


class Reader(Store, Protocol):
    """A store that answers."""

    def fetchone(self) -> tuple[object, ...] | None:
        """Return a row of the answer."""


def put_up(store: Store, vendor: str) -> None:
    """Make the index of everybody who is there, anew; ``vendor``: ``sqlite`` or ``postgresql``."""
    run_each(store, SQLITE_UP if vendor == "sqlite" else POSTGRESQL_UP)


def take_down(store: Store, vendor: str) -> None:
    """Take it away."""
    run_each(store, SQLITE_DOWN if vendor == "sqlite" else POSTGRESQL_DOWN)


def is_up(store: Reader, vendor: str) -> bool:
    """Tell whether the index is there."""
    if vendor == "sqlite":
        store.execute("SELECT name FROM sqlite_master WHERE name = 'storage_person_text'", None)
    else:
        store.execute("SELECT 1 WHERE to_regclass('person_plain_text') IS NOT NULL", None)
    return store.fetchone() is not None
