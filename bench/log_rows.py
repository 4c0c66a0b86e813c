"""A ledger of a given size for the bench of the delivery log; needs Django's settings.

It is that of an installation which sends the same number of messages every day and is only older
the larger it is: a thousand rows are its first day, a million its third year. Whoever gets messages
gets fifty. Far more fail than in life, so that the pages show as many rows in both. The store makes
the rows itself, for a program would take many minutes.
"""

from datetime import timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from bench.log_catalogs import count_all_hours, write_catalogs
from classbell.delivery.lanes import mailbox_lane
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Attempt,
    Catalog,
    Envelope,
    Message,
    Notification,
    Person,
    Role,
    RoleAssignment,
)
from tests.support import NOW, a_catalog, a_connected_account, a_person, a_session

ROWS_A_DAY = 1_000
PEOPLE_FOR_A_ROW = 10
"""A hundred thousand people beside a million messages."""
LEAST_PEOPLE, LEAST_CATALOGS, MOST_CATALOGS = 2_000, 20, 200
OF_A_PERSON = 50
OF_A_NOTIFICATION = 10
ABOUT_SESSION = 60
"""Notifications about one session, the newest, however many were ever written about others."""
WAITING = 100

NAMES = ("Anna", "Bo", "Clara", "David", "Emil", "Freja", "Gustav", "Hanna", "Ida", "Jens")

GROUP = f"(n / {OF_A_NOTIFICATION} + 1)"
OTHERS = f"{GROUP} % 10 = 9"
"""One notification in ten is that of another catalog."""

RARE = f"{GROUP} % 1000 = 500"
"""One in a thousand is of a rare kind."""

FATE = f"""CASE WHEN n > %(size)s - {WAITING} THEN 'queued'
    WHEN n %% 100 = 99 THEN 'bounced' WHEN n %% 100 = 89 THEN 'unknown'
    WHEN n %% 100 = 79 THEN 'expired' WHEN n %% 10 = 3 THEN 'failed'
    WHEN n %% 50 = 5 THEN 'not_sent' ELSE 'accepted' END"""
SENT = "fate IN ('accepted', 'bounced', 'unknown', 'failed')"


class Ledger:
    """Makes the rows.

    Args:
        ports: fakes will do.
        size: messages in all.
        people: of the organisation; a tenth of the messages where it is not said.
    """

    def __init__(self, ports: Ports, size: int, *, people: int = 0) -> None:
        self._size, self._ports = size, ports
        self._people = people or max(LEAST_PEOPLE, size // PEOPLE_FOR_A_ROW)
        self.catalog = a_catalog()
        self._other = a_catalog("sales", "Contoso Sales School")
        self.session = a_session(self.catalog)
        a_connected_account(ports, self._other)
        self.lane = mailbox_lane(a_connected_account(ports, self.catalog))
        self._home = {"organisation": self.catalog.organisation_id}

    def write(self) -> None:
        """Write everything, then let the store settle as it would with time."""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA cache_size = -400000")
                cursor.execute("PRAGMA synchronous = OFF")
        self._write(Person, self._people, self._person(), self._home | {"created_at": NOW})
        groups = self._size // OF_A_NOTIFICATION + 1
        one = {"audience_size": OF_A_NOTIFICATION, "expanded": OF_A_NOTIFICATION}
        newest = self._notification(groups)
        self._write(Notification, groups, newest, self._home | one)
        wire = {"lane": self.lane.pk, "epoch": 1, "recipients": 1, "route": "mailbox"}
        self._write(Envelope, self._size, self._envelope(), wire, where=SENT)
        reader = {"language": "en", "time_zone": "UTC", "lane": self.lane.pk}
        self._write(Message, self._size, self._message(), self._home | reader)
        attempt = {"message": "n", "envelope": _key("envelope"), "number": "1"}
        self._write(Attempt, self._size, attempt, {}, where=SENT)
        is_large = self._people > LEAST_PEOPLE
        catalogs = MOST_CATALOGS if is_large else LEAST_CATALOGS
        write_catalogs(self.catalog.organisation, catalogs)
        count_all_hours(self._ports)
        if connection.vendor == "postgresql":  # SQLite never counts by itself, PostgreSQL does
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
                # The rows brought their own numbers; those that follow go on behind them.
                for reset in connection.ops.sequence_reset_sql(no_style(), [Message]):
                    cursor.execute(reset)

    def _person(self) -> dict[str, str]:
        named = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(NAMES))
        address = "'learner.' || n || '@contoso.example'"
        return {
            "id": _key("person"),
            "address": address,
            "address_key": address,
            "name": f"CASE n % 10 {named} END || ' Learner' || n",
        }

    def _notification(self, groups: int) -> dict[str, str]:
        about, nothing = _json(f'{{"session": "{self.session.pk}"}}'), _json("{}")
        at = self._at(f"n * {OF_A_NOTIFICATION}")
        return {
            "id": _key("notification"),
            "catalog": self._catalog("n % 10 = 9"),
            "context": f"CASE WHEN n > {groups - ABOUT_SESSION} THEN {about} ELSE {nothing} END",
            "kind": "CASE WHEN n % 1000 = 500 THEN 'held_mail_waiting' WHEN n % 3 = 0"
            " THEN 'session_invitation' ELSE 'enrolment_confirmed' END",
            "created_at": at,
            "due_at": at,
            "expires_at": at,
        }

    def _envelope(self) -> dict[str, str]:
        return {
            "id": _key("envelope"),
            "catalog": self._catalog(OTHERS),
            "state": "CASE fate WHEN 'unknown' THEN 'unknown' WHEN 'failed' THEN 'refused'"
            " ELSE 'accepted' END",
            "external_recipients": "CASE WHEN n % 4 = 0 THEN 1 ELSE 0 END",
            "started_at": self._at("n"),
            "settled_at": self._at("n"),
        }

    def _message(self) -> dict[str, str]:
        at, readers = (
            self._at("n"),
            min(self._people, max(self._size // OF_A_PERSON, OF_A_NOTIFICATION)),
        )
        person = f"(n * 7919 % {readers} + 1)"
        named = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(NAMES))
        return {
            "id": "n",
            "catalog": self._catalog(OTHERS),
            "notification": _key("notification", GROUP),
            "person": _key("person", person),
            "address": f"'learner.' || {person} || '@contoso.example'",
            "name": f"CASE {person} % 10 {named} END || ' Learner' || {person}",
            "state": "fate",
            "envelope": f"CASE WHEN {SENT} THEN {_key('envelope')} END",
            "attempt": f"CASE WHEN {SENT} THEN 1 ELSE 0 END",
            "due_at": at,
            "expires_at": at,
            "created_at": at,
            "settled_at": f"CASE WHEN fate <> 'queued' THEN {at} END",
        }

    def _catalog(self, others: str) -> str:
        own, other = (_literal(one.pk.hex) for one in (self.catalog, self._other))
        return f"CASE WHEN {others} THEN {other} ELSE {own} END"

    def _at(self, number: str) -> str:
        """Return the expression of a moment: rows come one after the other until now."""
        each = timedelta(days=1).total_seconds() / ROWS_A_DAY
        seconds = f"((({number}) - {self._size}) * {each})"
        if connection.vendor == "postgresql":
            return f"(TIMESTAMPTZ '{NOW.isoformat()}' + {seconds} * INTERVAL '1 second')"
        return f"strftime('%Y-%m-%d %H:%M:%f', '{NOW:%Y-%m-%d %H:%M:%S}', {seconds} || ' seconds')"

    def _write(
        self,
        model: type[models.Model],
        count: int,
        computed: dict[str, str],
        fixed: dict[str, Any],
        *,
        where: str = "1 = 1",
    ) -> None:
        """Let the store insert rows numbered from 1; all else is as in the model."""
        columns, expressions, parameters = [], [], []
        for field in model._meta.concrete_fields:  # noqa: SLF001 -- Django documents it as public
            if (field.name not in computed and field.primary_key) or field.generated:
                continue
            columns.append(str(field.column))
            value = fixed.get(field.name, field.get_default())
            if field.name in computed:
                expressions.append(computed[field.name].replace("%", "%%"))
            else:
                expressions.append("%s")
                parameters.append(field.get_db_prep_save(value, connection))
        table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 -- see above
        fate = (FATE % {"size": self._size}).replace("%", "%%")
        # Products of a row's number pass what PostgreSQL's integer holds.
        first = "SELECT CAST(1 AS bigint)"
        numbers = f"{first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}"  # noqa: S608 -- our own number
        made = f"SELECT n, {fate} AS fate FROM numbers"  # noqa: S608 -- see below
        series = f"WITH RECURSIVE numbers(n) AS ({numbers}), made AS ({made})"
        insert = f"INSERT INTO {table} ({', '.join(columns)})"
        # Only what stands in this module is put in; every value is a parameter.
        select = f"SELECT {', '.join(expressions)} FROM made WHERE {where}"  # noqa: S608 -- our own columns
        with connection.cursor() as cursor:
            cursor.execute(f"{insert} {series} {select}", parameters)


def an_admin(catalog: Catalog) -> Person:
    """Return an admin of the catalog, who is LMS admin as well."""
    person = a_person("Mai Nielsen")
    for role, where in ((Role.CATALOG_ADMIN, catalog), (Role.LMS_ADMIN, None)):
        RoleAssignment.objects.get_or_create(
            person=person, role=role, catalog=where, defaults={"granted_at": NOW}
        )
    return person


def _key(what: str, number: str = "n") -> str:
    """Return the expression of an id; as random as the product's own, and found again."""
    key = f"md5('{what}' || {number})"
    return f"CAST({key} AS uuid)" if connection.vendor == "postgresql" else key


def _json(text: str) -> str:
    return f"CAST('{text}' AS jsonb)" if connection.vendor == "postgresql" else f"'{text}'"


def _literal(key: str) -> str:
    return f"CAST('{key}' AS uuid)" if connection.vendor == "postgresql" else f"'{key}'"
