"""One AADSTS code: OAuth's word for it, its HTTP status, and Entra's sentence.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One AADSTS code and what goes with it.

    `text` is Entra's sentence, whose words in braces are filled in where it is raised.
    `stays_on_page` marks those of which the application is never told: the way ends on a page of
    the sign-in service. `asks_for_claims` marks those whose answer names claims to send on.
    """

    number: int
    error: str
    text: str
    suberror: str | None = None
    status: int = 400
    has_uri: bool = True
    stays_on_page: bool = False
    asks_for_claims: bool = False


def by_number(codes: Iterable[Code]) -> Mapping[int, Code]:
    """Return codes by their number."""
    return {code.number: code for code in codes}
