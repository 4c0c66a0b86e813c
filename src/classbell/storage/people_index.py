"""How the store finds somebody by any part of a name or an address, however many people there are.

PostgreSQL has an index of three letters each (``pg_trgm``) on the two columns, which an ordinary
``icontains`` uses. SQLite has a full-text table of three letters each beside the people; triggers
keep it, so that whoever writes a person need not know of it, programs of the version before
included. Django makes a table of SQLite anew where a migration changes a column, and the triggers
go with the old one: such a migration calls :func:`put_up` again.
"""

from __future__ import annotations

from typing import Protocol

LEAST = 3
"""Letters that a text must have to be looked up in the index."""

SQLITE_DOWN = (
    "DROP TRIGGER IF EXISTS person_text_written",
    "DROP TRIGGER IF EXISTS person_text_changed",
    "DROP TRIGGER IF EXISTS person_text_removed",
    "DROP TABLE IF EXISTS storage_person_text",
    "DROP TABLE IF EXISTS storage_person_number",
)
SQLITE_UP = (
    *SQLITE_DOWN,
    # A row's own number may change when a file is compacted, for people are known by another key.
    (
        "CREATE TABLE storage_person_number "
        "(number INTEGER PRIMARY KEY, person CHAR(32) NOT NULL UNIQUE)"
    ),
    "CREATE VIRTUAL TABLE storage_person_text USING fts5(name, address_key, tokenize = 'trigram')",
    "INSERT INTO storage_person_number (person) SELECT id FROM storage_person",
    (
        "INSERT INTO storage_person_text (rowid, name, address_key) "
        "SELECT number, name, address_key "
        "FROM storage_person_number JOIN storage_person ON id = person"
    ),
    (
        "CREATE TRIGGER person_text_written AFTER INSERT ON storage_person BEGIN "
        "INSERT INTO storage_person_number (person) VALUES (NEW.id); "
        "INSERT INTO storage_person_text (rowid, name, address_key) "
        "SELECT number, NEW.name, NEW.address_key FROM storage_person_number "
        "WHERE person = NEW.id; END"
    ),
    (
        "CREATE TRIGGER person_text_changed AFTER UPDATE OF name, address_key ON storage_person "
        "BEGIN UPDATE storage_person_text SET name = NEW.name, address_key = NEW.address_key "
        "WHERE rowid = (SELECT number FROM storage_person_number WHERE person = OLD.id); END"
    ),
    (
        "CREATE TRIGGER person_text_removed AFTER DELETE ON storage_person BEGIN "
        "DELETE FROM storage_person_text "
        "WHERE rowid = (SELECT number FROM storage_person_number WHERE person = OLD.id); "
        "DELETE FROM storage_person_number WHERE person = OLD.id; END"
    ),
)
POSTGRESQL_UP = (
    # Whoever owns a database may add this extension; where its files are missing or that right is
    # taken away, people are found without the index, only more slowly (docs/howto/scale-out.md).
    """DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
        BEGIN
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'pg_trgm may not be added by this user; people are found without it.';
        END;
    END IF;
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX IF NOT EXISTS person_name_text ON storage_person
            USING gin (upper(name::text) gin_trgm_ops);
        CREATE INDEX IF NOT EXISTS person_address_text ON storage_person
            USING gin (upper(address_key::text) gin_trgm_ops);
    END IF;
    END $$""",
)
POSTGRESQL_DOWN = (
    "DROP INDEX IF EXISTS person_name_text",
    "DROP INDEX IF EXISTS person_address_text",
)


class Store(Protocol):
    """A connection, or what a migration writes with."""

    def execute(self, sql: str, params: None = None) -> object:
        """Run one statement."""


def put_up(store: Store, vendor: str) -> None:
    """Make the index of everybody who is there, anew; ``vendor``: ``sqlite`` or ``postgresql``."""
    for statement in SQLITE_UP if vendor == "sqlite" else POSTGRESQL_UP:
        store.execute(statement, None)


def take_down(store: Store, vendor: str) -> None:
    """Take it away."""
    for statement in SQLITE_DOWN if vendor == "sqlite" else POSTGRESQL_DOWN:
        store.execute(statement, None)
