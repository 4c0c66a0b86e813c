"""``classbell doctor``: says what of the installation works, and how to mend what does not."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json
from classbell.ports.errors import Audience, ClassbellError

OK, FAILED = "ok", "fail"


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("doctor", help="check the installation, inside and outside")
    parser.add_argument(
        "--send-test-alert",
        metavar="ADDRESS",
        help="first send a test alert there by the system mailer, which proves the route",
    )
    parser.add_argument("--json", action="store_true", help="print the findings for programs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run every check, print each with its outcome; 1 where one did not hold."""
    start_django()
    if arguments.send_test_alert:
        _send_test_alert(arguments.send_test_alert)
    findings = [_finding(name, check) for name, check in CHECKS]
    failed = [one for one in findings if one["outcome"] != OK]
    if arguments.json:
        print(as_json({"healthy": not failed, "findings": findings}))
    else:
        for one in findings:
            print(_line(one))
    return 1 if failed else 0


def _finding(name: str, check: Callable[[], str]) -> dict[str, str]:
    """Run one check; what it found, or what, why and what to do."""
    from django.db import Error  # noqa: PLC0415 -- a program that needs no database goes without

    try:
        return {"check": name, "outcome": OK, "what": check()}
    except ClassbellError as error:
        found = {"meaning": error.meaning, "remedy": error.remedy, "who": error.who.value}
        return {"check": name, "outcome": FAILED, "what": error.what, **found}
    except Error as trouble:
        # A database that is away must not keep the other checks from being made.
        remedy = "See the check of the database, and run classbell migrate."
        found = {"meaning": "", "remedy": remedy, "who": Audience.OPERATOR.value}
        return {"check": name, "outcome": FAILED, "what": str(trouble), **found}


def _line(found: dict[str, str]) -> str:
    """Write one finding for people."""
    if found["outcome"] == OK:
        return f"ok    {found['check']}: {found['what']}"
    lines = [f"FAIL  {found['check']}: {found['what']}"]
    lines += [f"      {found[part]}" for part in ("meaning", "remedy") if found[part]]
    return "\n".join([*lines[:-1], f"{lines[-1]} ({found['who']})"])


def _send_test_alert(address: str) -> None:
    """Send a test alert and say what the mail server answered."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.alert_routes import send_test_alert  # noqa: PLC0415 -- same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    test = send_test_alert(bootstrap.ports(), address=address, actor=OPERATOR)
    outcome = "was accepted" if test.accepted else f"was not accepted: {test.explanation}"
    print(f"The test alert to {address} {outcome} ({test.setting}).")


def _settings() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.operations import checks  # noqa: PLC0415 -- the same

    bootstrap.ports()
    checks.check_names(os.environ)
    return f"complete; the Admin Center is {bootstrap.settings().base_url}"


def _database() -> str:
    from django.db import DatabaseError, connection  # noqa: PLC0415 -- needs Django's settings

    from classbell.domain.operations.readiness import waiting_migrations  # noqa: PLC0415 -- same
    from classbell.ports.errors import ConfigurationFault  # noqa: PLC0415 -- beside its use

    try:
        waiting = waiting_migrations()
    except DatabaseError as cause:
        raise ConfigurationFault(
            f"The database does not answer: {cause}".strip(),
            remedy="Check CLASSBELL_DATABASE_URL and that the server runs.",
        ) from cause
    if waiting:
        raise ConfigurationFault(
            f"{waiting} migrations are not applied.", remedy="Run classbell migrate."
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


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("settings", _settings),
    ("database", _database),
    ("keys", _inside("keys")),
    ("disk", _inside("disk")),
    ("clock", _clock),
    ("machine clock", _machine_clock),
    ("sign-in", _sign_in),
    ("graph", _graph),
    ("credential", _credential),
    ("worker", _inside("worker")),
    ("lanes", _inside("lanes")),
    ("restore", _inside("restore")),
    ("operator", _operator),
    ("mailer", _inside("mailer")),
    ("alert route", _alert_route),
    ("trouble", _trouble),
    ("azure", _azure),
)
