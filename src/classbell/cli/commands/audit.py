"""``classbell audit``: who did what, when and from where, and whether the record is sound."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli import shown
from classbell.cli.arguments import add_catalog
from classbell.cli.commands.serve import Commands
from classbell.cli.exit_codes import NOT_SO, UNCHAINED
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table, tell
from classbell.ports.errors import InvalidInput, NotFoundHere

if TYPE_CHECKING:
    from classbell.storage.models import Organisation
    from classbell.storage.queries.audit_check import Checked, Head

COLUMNS = ("at", "actor", "action", "subject", "source", "address")
CHECKED = ("organisation", "acts", "result", "head")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("audit", help="see who did what")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list acts, newest first")
    add_catalog(show, required=False)
    show.add_argument("--action", default="", help="only those that begin so, as session.")
    show.add_argument("--limit", type=int, default=50, help="at most so many")
    show.add_argument("--json", action="store_true", help="for programs")
    show.set_defaults(run=run_list)
    verify = acts.add_parser("verify", help="check that nobody changed the record")
    verify.add_argument("--organisation", type=UUID, help="tenant id of one organisation")
    verify.add_argument("--head", metavar="NUMBER:HASH", help="an end that was kept before")
    verify.add_argument("--json", action="store_true", help="for programs")
    verify.set_defaults(run=run_verify)
    export = acts.add_parser("export", help="write an organisation's record to standard output")
    export.add_argument("--organisation", type=UUID, required=True, help="its tenant id")
    add_catalog(export, required=False)
    export.add_argument("--format", choices=("csv", "jsonl"), default="jsonl", help="of the file")
    export.set_defaults(run=run_export)
    chain = acts.add_parser("chain", help="chain what a former version wrote, now")
    chain.set_defaults(run=run_chain)


def run_list(arguments: argparse.Namespace) -> int:
    """List audit rows."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows = operator.acts(slug=arguments.catalog or "")
    if arguments.action:
        rows = rows.filter(action__startswith=arguments.action)
    newest = rows[: max(arguments.limit, 1)]
    found = [shown.act(entry) | {"address": entry.address} for entry in newest]
    tell(found, for_programs=arguments.json, columns=COLUMNS)
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Check the records; end with 1 where one is broken, with 3 where acts wait for their place."""
    start_django()
    from classbell.storage.queries.audit_check import check  # noqa: PLC0415 -- see above

    kept = _kept(arguments.head)
    if kept is not None and arguments.organisation is None:
        raise InvalidInput("--head belongs to one organisation.", remedy="Name --organisation too.")
    found = [(one, check(one.pk, kept=kept)) for one in _organisations(arguments.organisation)]
    if arguments.json:
        print(as_json([_checked_json(one, checked) for one, checked in found]))
    else:
        print(table(CHECKED, [_checked_row(one, checked) for one, checked in found]))
    if any(checked.fault for _, checked in found):
        return NOT_SO
    return UNCHAINED if any(checked.unchained for _, checked in found) else 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write a record to standard output, and its end to standard error; that is on the record."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- see above
    from classbell.domain.organisations.audit_export import (  # noqa: PLC0415 -- see above
        Form,
        hand_out,
    )
    from classbell.storage.queries import operator  # noqa: PLC0415 -- see above
    from classbell.storage.queries.audit import Sought  # noqa: PLC0415 -- see above
    from classbell.storage.queries.audit_check import head_of  # noqa: PLC0415 -- see above
    from classbell.storage.scope import Scope  # noqa: PLC0415 -- see above

    home, slug = _organisations(arguments.organisation)[0], arguments.catalog
    catalog = operator.catalog_of(home.tenant_id, slug) if slug else None
    if slug and catalog is None:
        raise NotFoundHere(f"There is no catalog «{slug}» in this organisation.")
    scope = Scope(home.pk)
    lines = hand_out(
        bootstrap.ports(),
        scope=scope.narrowed_to(catalog.pk) if catalog else scope,
        catalog=catalog,
        sought=Sought(),
        form=Form(arguments.format),
        actor=OPERATOR,
    )
    for line in lines:
        sys.stdout.write(line)
    head = head_of(home.pk)
    print(f"{head.sequence}:{head.hash}", file=sys.stderr)
    return 0


def run_chain(_arguments: argparse.Namespace) -> int:
    """Chain what has no place yet, and say how much it was."""
    start_django()
    from classbell.domain.organisations.audit_keeping import (  # noqa: PLC0415 -- see above
        chain_stragglers,
    )

    count = sum(chain_stragglers(one.pk) for one in _organisations(None))
    print(f"Chained: {count}.")
    return 0


def _organisations(tenant_id: UUID | None) -> Sequence[Organisation]:
    """Return one organisation, or all."""
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    if tenant_id is None:
        return list(operator.organisations())
    found = operator.organisation_of(tenant_id)
    if found is None:
        raise NotFoundHere(
            f"No organisation is bound to the tenant {tenant_id}.",
            remedy="classbell organisations list shows those that are.",
        )
    return [found]


def _kept(text: str | None) -> Head | None:
    """Read an end that was kept, ``NUMBER:HASH``."""
    from classbell.storage.queries.audit_check import Head  # noqa: PLC0415 -- see above

    if text is None:
        return None
    number, _, kept_hash = text.partition(":")
    if not (number.isdigit() and kept_hash):
        raise InvalidInput(
            f"«{text}» is no end of a record.",
            remedy="Write it as the export has printed it: NUMBER:HASH.",
        )
    return Head(int(number), kept_hash)


def _checked_row(organisation: Organisation, checked: Checked) -> dict[str, str]:
    """Write one result for people."""
    fault = checked.fault
    result = f"act {fault.sequence} {fault.wrong}: {fault.text}" if fault else "sound"
    if checked.unchained:
        result += f" ({checked.unchained} not chained yet; «classbell audit chain» does it now)"
    return {
        "organisation": organisation.name,
        "acts": str(checked.acts),
        "result": result,
        "head": f"{checked.head.sequence}:{checked.head.hash}",
    }


def _checked_json(organisation: Organisation, checked: Checked) -> dict[str, object]:
    """Write one result for programs."""
    fault = checked.fault
    return {
        "organisation": str(organisation.tenant_id),
        "name": organisation.name,
        "sound": fault is None,
        "acts": checked.acts,
        "late": checked.late,
        "unchained": checked.unchained,
        "pruned_to": checked.pruned_to,
        "head": {"sequence": checked.head.sequence, "hash": checked.head.hash},
        "fault": fault
        and {
            "sequence": fault.sequence,
            "row": fault.row_id,
            "wrong": fault.wrong.value,
            "text": fault.text,
        },
    }
