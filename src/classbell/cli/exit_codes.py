"""What the program ends with, in one place; scripts may rely on it (docs/reference/commands.md)."""

from __future__ import annotations

from classbell.ports.errors import ClassbellError, NotFoundHere, ProviderFailure

DONE = 0
NOT_SO = 1
"""It ran, and something that was looked at does not hold, or was not done for all."""
REFUSED = 2
"""The input cannot be used; argparse ends with the same."""
UNCHAINED = 3
"""``audit verify`` alone: all that is chained is sound, and some acts have no place yet."""
NOT_FOUND = 4
PROVIDER_FAILED = 5
"""Microsoft, or the system mailer, did not do it; the same may work later."""
INTERRUPTED = 130


def exit_code_of(error: ClassbellError) -> int:
    """Return what a refusal ends with."""
    if isinstance(error, NotFoundHere):
        return NOT_FOUND
    if isinstance(error, ProviderFailure):
        return PROVIDER_FAILED
    return REFUSED
