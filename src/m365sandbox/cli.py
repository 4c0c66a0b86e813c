"""The command line: `m365sandbox serve` and `m365sandbox env`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from m365sandbox.acs.seed import CONTOSO_KEY, CONTOSO_SENDER
from m365sandbox.public import PublicNames
from m365sandbox.seed import CLIENT_ID, CLIENT_SECRET, PASSWORD
from m365sandbox.server import Addresses, Listeners, serve_until_signal
from m365sandbox.start import make_world
from m365sandbox.store import MemoryStore, SqliteStore, Store

DEFAULT_STATE = Path("var/sandbox.sqlite3")
CA_SUFFIX = ".ca.pem"


def ca_path(state: Path) -> Path:
    """Return where the authority's certificate is written: beside the state file."""
    return state.with_name(state.stem + CA_SUFFIX)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="m365sandbox",
        description="Microsoft 365 in a box: Entra ID, Graph, ACS Email and a mailer, offline.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    for name, text in (
        ("serve", "start the sandbox and serve until Ctrl-C"),
        ("env", "print the environment variables with which Classbell uses the sandbox"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--host", default="127.0.0.1", help="address to listen on")
        command.add_argument("--http-port", type=int, default=8365, metavar="PORT")
        command.add_argument("--https-port", type=int, default=8366, metavar="PORT")
        command.add_argument("--smtp-port", type=int, default=8325, metavar="PORT")
        command.add_argument(
            "--state",
            type=Path,
            default=DEFAULT_STATE,
            metavar="FILE",
            help=f"where the state is kept (default {DEFAULT_STATE})",
        )
        if name == "serve":
            command.add_argument(
                "--begin",
                type=aware_time,
                metavar="TIME",
                help="time a new sandbox's clock shows, as 2026-11-23T08:00Z (default: now)",
            )
            command.add_argument(
                "--in-memory", action="store_true", help="keep nothing; start from the seed"
            )
    return top


def aware_time(text: str) -> datetime:
    """Read a time with its zone.

    Raises:
        argparse.ArgumentTypeError: it is none, or has no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no zone: end it with Z for UTC")
    return moment


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0, or 1 when a port cannot be used."""
    options = parser().parse_args(arguments)
    where = Addresses(options.host, options.http_port, options.https_port, options.smtp_port)
    if options.command == "env":
        print(environment(where, options.state))
        return 0
    return serve(where, options.state, in_memory=options.in_memory, begins_at=options.begin)


def serve(where: Addresses, state: Path, *, in_memory: bool, begins_at: datetime | None) -> int:
    """Serve until a signal comes; return the exit status."""
    store: Store = MemoryStore() if in_memory else SqliteStore(state)
    world = make_world(store, own_keys=True, begins_at=begins_at)
    ca_path(state).parent.mkdir(parents=True, exist_ok=True)
    ca_path(state).write_text(world.authority.certificate_pem, encoding="ascii")

    def tell(listeners: Listeners) -> None:
        print(welcome(listeners, state, in_memory=in_memory), flush=True)

    try:
        asyncio.run(serve_until_signal(Listeners(world, where), tell))
    except OSError as error:
        print(f"m365sandbox: {error}", file=sys.stderr)
        return 1
    finally:
        store.close()
    return 0


def welcome(listeners: Listeners, state: Path, *, in_memory: bool) -> str:
    """Return what `serve` says once everything listens."""
    kept = "nowhere (in memory)" if in_memory else str(state)
    people = [
        f"  {person.upn:32} {person.display_name}: {person.note}"
        for person in listeners.world.directory.people.values()
        if person.is_well_known
    ]
    return "\n".join(
        (
            "Microsoft 365 sandbox. Nothing here leaves this machine.",
            f"  Portal and sign-in   {listeners.public.people}",
            f"  Same over TLS        {listeners.public.secure}",
            f"  SMTP                 {listeners.where.host}:{listeners.smtp_port}",
            f"  ACS Email            {listeners.public.people}, as {CONTOSO_SENDER}",
            f"  ACS access key       {CONTOSO_KEY}",
            f"  Authority to trust   {ca_path(state)}",
            f"  State is kept in     {kept}",
            f"People (password {PASSWORD}):",
            *people,
            "Ctrl-C stops it.",
        )
    )


def environment(where: Addresses, state: Path) -> str:
    """Return the variables of Classbell that point it at a sandbox with these addresses."""
    public = PublicNames(
        f"http://{where.host}:{where.http_port}", f"https://{where.host}:{where.https_port}"
    )
    variables = {
        "CLASSBELL_LOGIN_URL": public.secure,
        "CLASSBELL_GRAPH_URL": public.people,
        "CLASSBELL_CLIENT_ID": CLIENT_ID,
        "CLASSBELL_CLIENT_SECRET": CLIENT_SECRET,
        "CLASSBELL_CLOCK_URL": f"{public.people}/_sandbox/clock",
        "CLASSBELL_SMTP_URL": f"smtp://{where.host}:{where.smtp_port}",
        "SSL_CERT_FILE": str(ca_path(state).resolve()),
    }
    return "\n".join(f"{name}={value}" for name, value in variables.items())
