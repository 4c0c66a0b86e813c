"""``classbell doctor``: says what of the installation works, and how to mend what does not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from classbell.cli.arguments import add_json
from classbell.cli.commands.serve import Commands
from classbell.cli.exit_codes import DONE, NOT_SO
from classbell.cli.framework import start_django
from classbell.cli.output import as_json
from classbell.ports.errors import ClassbellError


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("doctor", help="check settings, database, clock and Microsoft")
    parser.add_argument(
        "--send-test-alert",
        metavar="ADDRESS",
        help="first send a test alert there by the system mailer, which proves the route",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run every check, print each with its outcome; 1 where one did not hold."""
    start_django()
    if arguments.send_test_alert:
        # It is no check, and programs read checks alone from standard output.
        told = _send_test_alert(arguments.send_test_alert)
        print(told, file=sys.stderr if arguments.json else sys.stdout)
    found: list[dict[str, object]] = []
    for name, check in CHECKS:
        result = _checked(name, check)
        found.append(result)
        if not arguments.json:
            print(f"{'ok  ' if result['holds'] else 'FAIL'}  {name}: {result['said']}")
            if not result["holds"]:
                print(f"      {result['remedy']} ({result['who']})")
    if arguments.json:
        print(as_json(found))
    return DONE if all(result["holds"] for result in found) else NOT_SO


def _checked(name: str, check: Callable[[], str]) -> dict[str, object]:
    """Make one check, and return what came of it."""
    try:
        return {"check": name, "holds": True, "said": check(), "remedy": "", "who": ""}
    except ClassbellError as error:
        return {
            "check": name,
            "holds": False,
            "said": error.what,
            "remedy": error.remedy or error.meaning,
            "who": error.who.value,
        }


def _send_test_alert(address: str) -> str:
    """Send a test alert and return what the mail server answered."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.alert_routes import send_test_alert  # noqa: PLC0415 -- same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    test = send_test_alert(bootstrap.ports(), address=address, actor=OPERATOR)
    outcome = "was accepted" if test.accepted else f"was not accepted: {test.explanation}"
    return f"The test alert to {address} {outcome} ({test.setting})."


def _settings() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    bootstrap.ports()
    return f"complete; the Admin Center is {bootstrap.settings().base_url}"


def _database() -> str:
    from django.db import DatabaseError, connection  # noqa: PLC0415 -- needs Django's settings
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 -- the same

    from classbell.ports.errors import ConfigurationFault  # noqa: PLC0415 -- beside its use

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as cause:
        raise ConfigurationFault(
            f"The database does not answer: {cause}".strip(),
            remedy="Check CLASSBELL_DATABASE_URL and that the server runs.",
        ) from cause
    if waiting:
        raise ConfigurationFault(
            f"{len(waiting)} migrations are not applied.", remedy="Run classbell migrate."
        )
    return f"{connection.vendor}, up to date"


def _clock() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    return bootstrap.ports().clock.now().isoformat(timespec="seconds")


def _sign_in() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    ports = bootstrap.ports()
    journey = ports.identity.begin_sign_in(
        redirect_uri=f"{ports.base_url}/signin/callback", state="doctor"
    )
    return f"pages at {urlsplit(journey.url).netloc}"


def _credential() -> str:
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.alarms import credential_line  # noqa: PLC0415 -- the same

    return credential_line(bootstrap.ports())


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
    ("clock", _clock),
    ("sign-in", _sign_in),
    ("credential", _credential),
    ("operator", _operator),
    ("alert route", _alert_route),
    ("trouble", _trouble),
    ("azure", _azure),
)
