"""What the store itself refuses about the record: to change an act, or to take one away.

Chaining a row that has no place yet is allowed, and so is giving up rows below the end that pruning
has set before. It stops programs and people with ordinary rights; whoever may drop a trigger can
drop these, and ``classbell audit verify`` finds what they did.
"""

from __future__ import annotations

from classbell.storage.statements import Store, run_each

TABLE = "storage_auditentry"

_KEEPS = (
    "OLD.sequence IS NOT NULL AND OLD.sequence > "
    "(SELECT pruned_to FROM storage_auditchain WHERE organisation_id = OLD.organisation_id)"
)

SQLITE_UP = (
    (
        f"CREATE TRIGGER audit_unchanged BEFORE UPDATE ON {TABLE} WHEN OLD.sequence IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'An act on the record is never changed.'); END"
    ),
    (
        f"CREATE TRIGGER audit_kept BEFORE DELETE ON {TABLE} WHEN {_KEEPS} "
        "BEGIN SELECT RAISE(ABORT, 'An act on the record is never deleted.'); END"
    ),
)
SQLITE_DOWN = (
    "DROP TRIGGER IF EXISTS audit_unchanged",
    "DROP TRIGGER IF EXISTS audit_kept",
)
POSTGRESQL_UP = (
    """CREATE FUNCTION classbell_audit_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'An act on the record is never changed.'; END $$""",
    f"""CREATE FUNCTION classbell_audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {_KEEPS} THEN RAISE EXCEPTION 'An act on the record is never deleted.'; END IF;
        RETURN OLD;
    END $$""",
    (
        f"CREATE TRIGGER audit_unchanged BEFORE UPDATE ON {TABLE} FOR EACH ROW "
        "WHEN (OLD.sequence IS NOT NULL) EXECUTE FUNCTION classbell_audit_unchanged()"
    ),
    (
        f"CREATE TRIGGER audit_kept BEFORE DELETE ON {TABLE} FOR EACH ROW "
        "EXECUTE FUNCTION classbell_audit_kept()"
    ),
)
POSTGRESQL_DOWN = (
    f"DROP TRIGGER IF EXISTS audit_unchanged ON {TABLE}",
    f"DROP TRIGGER IF EXISTS audit_kept ON {TABLE}",
    "DROP FUNCTION IF EXISTS classbell_audit_unchanged()",
    "DROP FUNCTION IF EXISTS classbell_audit_kept()",
)


def put_up(store: Store, vendor: str) -> None:
    """Let the store refuse from now on; ``vendor`` is ``sqlite`` or ``postgresql``."""
    run_each(store, SQLITE_UP if vendor == "sqlite" else POSTGRESQL_UP)


def take_down(store: Store, vendor: str) -> None:
    """Let it refuse no more."""
    run_each(store, SQLITE_DOWN if vendor == "sqlite" else POSTGRESQL_DOWN)
