"""A process that needs an account's token again and again: `python -m … {words}`.

Tokens are made to look as if they ran out a second after they were renewed, so that all processes
want to renew the same one at the same moment.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import django


@dataclass(frozen=True)
class Words:
    """What the process is told on its command line, as JSON."""

    refresh_token: str = ""
    prepare: bool = False
    seconds: float = 3.0


def prepare(ports: Any, words: Words) -> None:
    """Make the tables and the account."""
    from tests.storage.delivery.mortal import make_tables  # noqa: PLC0415 -- needs the settings
    from tests.support import a_catalog, a_connected_account  # noqa: PLC0415 -- the same

    make_tables()
    account = a_connected_account(ports, a_catalog(), scopes=["Mail.Send", "User.Read"])
    tokens = {"access_token": "old", "refresh_token": words.refresh_token}
    account.sealed_tokens = ports.cipher.seal(
        json.dumps(tokens).encode(), bound_to=f"account.tokens:{account.id}"
    )
    account.token_expires_at = ports.clock.now()
    account.save()


def use_tokens(ports: Any, words: Words) -> dict[str, int]:
    """Ask for the mailbox until the time is over; return how often, and the version at the end."""
    from classbell.domain.connections.tokens import MARGIN, mailbox_for  # noqa: PLC0415 -- see above
    from classbell.storage.models import Account  # noqa: PLC0415 -- the same

    class ShortLived(type(ports.identity)):  # type: ignore[misc]  # the adapter, whichever it is
        """The sign-in service, whose tokens have a second more than our margin."""

        def refresh(self, **arguments: Any) -> Any:
            answer = super().refresh(**arguments)
            runs_out = ports.clock.now() + MARGIN + timedelta(seconds=0.5)
            return replace(answer, expires_at=runs_out)

    ports.identity.__class__ = ShortLived
    account_id = Account.objects.get().pk
    times, end = 0, time.monotonic() + words.seconds
    while time.monotonic() < end:
        assert mailbox_for(ports, account_id).access_token.startswith("eyJ")
        times += 1
        time.sleep(0.002)
    return {"times": times, "version": Account.objects.get().token_version}


def main(words: Words) -> None:
    """Do what the words say and print what came of it."""
    django.setup()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    ports = bootstrap.ports()
    if words.prepare:
        prepare(ports, words)
    else:
        print(json.dumps(use_tokens(ports, words)))  # noqa: T201 -- the test reads it


if __name__ == "__main__":
    main(Words(**json.loads(sys.argv[1])))
