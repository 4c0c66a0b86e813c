"""What ``classbell doctor`` looks at: each check by its name, with the checks it rests on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at.

    Attributes:
        name: what findings call it.
        look: says what was found, or raises.
        rests_on: names of checks before it; where one of them does not hold, nothing can be said.
    """

    name: str
    look: Callable[[], str]
    rests_on: tuple[str, ...] = ()


def _settings() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    bootstrap.ports()
    return f"complete; the Admin Center is {bootstrap.settings().base_url}"


def _names() -> str:
    from classbell.domain.operations import checks  # noqa: PLC0415 -- needs Django's settings

    checks.check_names(os.environ)
    return "each is one that is read"


def _database() -> str:
    from django.db import DatabaseError, connection  # noqa: PLC0415 -- needs Django's settings

    from classbell.domain.operations.readiness import waiting_migrations  # noqa: PLC0415 -- same
    from classbell.ports.errors import ConfigurationFault  # noqa: PLC0415 -- beside its use
    from classbell.storage.databases import why_unreachable  # noqa: PLC0415 -- Django's settings

    try:
        waiting = waiting_migrations()
    except DatabaseError as cause:
        raise ConfigurationFault(
            f"The database does not answer: {why_unreachable() or cause}".strip(),
            meaning="No page is shown, and nothing is sent.",
            remedy="Check CLASSBELL_DATABASE_URL, that the server runs and that it lets this in.",
        ) from cause
    if waiting:
        raise ConfigurationFault(
            f"{waiting} migrations are not applied.",
            meaning="Nothing of this version can be served before they are.",
            remedy="Run classbell migrate.",
        )
    return f"{connection.vendor}, up to date"


def _clock() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    return bootstrap.ports().clock.now().isoformat(timespec="seconds")


def _machine_clock() -> str:
    from classbell.bootstrap.reaching import SIGN_IN, reach  # noqa: PLC0415 -- Django's settings
    from classbell.domain.operations import checks  # noqa: PLC0415 -- the same

    return checks.clock_agrees(reach(SIGN_IN).seconds_ahead)


def _graph() -> str:
    from classbell.bootstrap.reaching import GRAPH, reach  # noqa: PLC0415 -- Django's settings

    return f"{urlsplit(reach(GRAPH).url).netloc} answers"


def _sign_in() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.bootstrap.reaching import SIGN_IN, reach  # noqa: PLC0415 -- the same

    ports = bootstrap.ports()
    reach(SIGN_IN)
    journey = ports.identity.begin_sign_in(
        redirect_uri=f"{ports.base_url}/signin/callback", state="doctor"
    )
    return f"pages at {urlsplit(journey.url).netloc}"


def _credential() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.alarms import credential_line  # noqa: PLC0415 -- the same
    from classbell.domain.operations import checks  # noqa: PLC0415 -- the same

    line = credential_line(bootstrap.ports())
    return f"{line}; {checks.credential_accepted(bootstrap.ports())}"


def _inside(name: str) -> Callable[[], str]:
    """Return a check of the installation itself by its name in ``domain.operations.checks``."""

    def check() -> str:
        from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
        from classbell.domain.operations import checks  # noqa: PLC0415 -- the same

        wanted = {
            "disk": lambda: checks.disk_has_room(_written_to()),
            "keys": lambda: checks.keys_open(bootstrap.ports()),
            "lanes": lambda: checks.lanes_in_time(bootstrap.ports()),
            "mailer": lambda: checks.mailer_reached(bootstrap.ports()),
            "restore": checks.restore_finished,
            "secret key": lambda: checks.secret_is_long(bootstrap.settings().secret_key),
            "worker": checks.worker_alive,
        }
        return wanted[name]()

    return check


def _written_to() -> list[Path]:
    """Return the folders of this machine that are written to."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    path = bootstrap.settings().sqlite_path
    return [path.absolute().parent if path else Path(tempfile.gettempdir())]


def _trouble() -> str:
    from classbell.ports.errors import ConfigurationFault  # noqa: PLC0415 -- beside its use
    from classbell.storage.queries.trouble import open_trouble  # noqa: PLC0415 -- Django's settings

    found = open_trouble()
    if found:
        raise ConfigurationFault(
            " ".join(alarm.explanation for alarm in found),
            meaning="It should have passed by itself.",
            remedy="See classbell deliveries list and the state of Microsoft 365.",
        )
    return "nothing goes on failing"


def _operator() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.ports.errors import ConfigurationFault  # noqa: PLC0415 -- beside its use

    address = bootstrap.ports().installation.operator_address
    if not address:
        raise ConfigurationFault(
            "CLASSBELL_OPERATOR_ADDRESS is not set.",
            meaning="Nobody would be told when Microsoft refuses the application.",
            remedy="Set it to the address of whoever runs this installation.",
        )
    return f"alarms go to {address}"


def _alert_route() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.alert_routes import alert_warning  # noqa: PLC0415 -- same
    from classbell.ports.errors import ConfigurationFault  # noqa: PLC0415 -- beside its use

    ports = bootstrap.ports()
    warning = alert_warning(ports, None)
    if warning:
        remedy = "Run classbell doctor --send-test-alert ADDRESS."
        if ports.system_mailer is None:
            remedy = "Set CLASSBELL_SMTP_URL to the mail server of your organisation."
        raise ConfigurationFault(
            warning, meaning="Nobody would be told when a connection is lost.", remedy=remedy
        )
    return f"a test alert was accepted ({ports.installation.mail_route})"


def _azure() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.providers.state import refused_providers  # noqa: PLC0415 -- the same
    from classbell.ports.errors import ConfigurationFault  # noqa: PLC0415 -- beside its use
    from classbell.storage.queries.operator import active_providers  # noqa: PLC0415 -- the same

    refused = refused_providers(bootstrap.ports())
    if refused:
        raise ConfigurationFault(
            f"Azure refuses the mail of {', '.join(refused)}.",
            remedy="See classbell organisations acs show, and activate it anew.",
        )
    return f"activated for {active_providers().count()} organisations"


_SETTINGS, _STORE = ("settings",), ("settings", "clock", "database")

CHECKS: tuple[Check, ...] = (
    Check("settings", _settings),
    Check("setting names", _names),
    Check("secret key", _inside("secret key"), _SETTINGS),
    Check("clock", _clock, _SETTINGS),
    Check("disk", _inside("disk")),
    Check("database", _database),
    Check("keys", _inside("keys"), _STORE),
    Check("sign-in", _sign_in, _SETTINGS),
    Check("machine clock", _machine_clock, ("sign-in",)),
    Check("graph", _graph, _SETTINGS),
    Check("credential", _credential, _STORE),
    Check("worker", _inside("worker"), ("database",)),
    Check("lanes", _inside("lanes"), _STORE),
    Check("restore", _inside("restore"), ("database",)),
    Check("operator", _operator, _SETTINGS),
    Check("mailer", _inside("mailer"), _SETTINGS),
    Check("alert route", _alert_route, _STORE),
    Check("trouble", _trouble, ("database",)),
    Check("azure", _azure, _STORE),
)
