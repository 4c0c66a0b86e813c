"""``classbell doctor``: says what of the installation works, and how to mend what does not."""

from __future__ import annotations

import argparse

from classbell.cli.commands.serve import Commands
from classbell.cli.doctor_checks import CHECKS, Check
from classbell.cli.framework import start_django
from classbell.cli.output import as_json
from classbell.ports.errors import Audience, ClassbellError

OK, FAILED, SKIPPED = "ok", "fail", "skipped"
MARKS = {OK: "ok   ", FAILED: "FAIL ", SKIPPED: "--   "}


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
    findings = examine(CHECKS)
    failed = [one for one in findings if one["outcome"] != OK]
    if arguments.json:
        print(as_json({"healthy": not failed, "findings": findings}))
    else:
        for one in findings:
            print(_line(one))
    return 1 if failed else 0


def examine(checks: tuple[Check, ...]) -> list[dict[str, str]]:
    """Look at each thing in turn, and say of each what was found.

    Args:
        checks: in an order in which each comes after those it rests on.

    Returns:
        Findings with ``check``, ``outcome`` (``ok``, ``fail``, or ``skipped`` where one that it
        rests on does not hold) and ``what``; where it failed also ``meaning``, ``remedy``, ``who``.
    """
    outcomes: dict[str, str] = {}
    findings = []
    for check in checks:
        missing = [name for name in check.rests_on if outcomes.get(name) != OK]
        if missing:
            what = f"not looked at, for it rests on {' and '.join(missing)}"
            found = {"check": check.name, "outcome": SKIPPED, "what": what}
        else:
            found = _finding(check)
        outcomes[check.name] = found["outcome"]
        findings.append(found)
    return findings


def _finding(check: Check) -> dict[str, str]:
    """Run one check; what it found, or what, why and what to do."""
    from django.db import Error  # noqa: PLC0415 -- a program that needs no database goes without

    try:
        return {"check": check.name, "outcome": OK, "what": check.look()}
    except ClassbellError as error:
        found = {"meaning": error.meaning, "remedy": error.remedy, "who": error.who.value}
        return {"check": check.name, "outcome": FAILED, "what": error.what, **found}
    except Error as trouble:
        # A database that goes away meanwhile must not keep the other checks from being made.
        remedy = "Run classbell doctor again, and see the check of the database."
        found = {"meaning": "", "remedy": remedy, "who": Audience.OPERATOR.value}
        return {"check": check.name, "outcome": FAILED, "what": str(trouble), **found}


def _line(found: dict[str, str]) -> str:
    """Write one finding for people."""
    first = f"{MARKS[found['outcome']]} {found['check']}: {found['what']}"
    if found["outcome"] != FAILED:
        return first
    lines = [first, *(f"      {found[part]}" for part in ("meaning", "remedy") if found[part])]
    return "\n".join([*lines[:-1], f"{lines[-1]} ({found['who']})"])


def _send_test_alert(address: str) -> None:
    """Send a test alert and say what the mail server answered."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.alert_routes import send_test_alert  # noqa: PLC0415 -- same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    test = send_test_alert(bootstrap.ports(), address=address, actor=OPERATOR)
    outcome = "was accepted" if test.accepted else f"was not accepted: {test.explanation}"
    print(f"The test alert to {address} {outcome} ({test.setting}).")
