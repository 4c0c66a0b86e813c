"""Access tokens whose signature was found good before, so that each is checked only once."""

from collections.abc import Mapping

from m365sandbox.entra.keys import KeyRing, SigningKey

CAPACITY = 2_000


class TokenMemory:
    """The latest verified tokens with their claims; time and revocation are judged anew."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Remember at most `capacity` tokens."""
        self._capacity = capacity
        self._known: dict[str, tuple[SigningKey, Mapping[str, object]]] = {}

    def verified(self, token: str, keys: KeyRing) -> Mapping[str, object] | None:
        """Return the claims of a token that one of `keys` was found to have signed, or None."""
        known = self._known.get(token)
        return None if known is None or known[0] not in keys.all() else known[1]

    def claimed(self, token: str) -> Mapping[str, object] | None:
        """Return what a token seen before says, whether or not its key still counts."""
        known = self._known.get(token)
        return None if known is None else known[1]

    def remember(self, token: str, key: SigningKey, claims: Mapping[str, object]) -> None:
        """Remember that `key` signed a token."""
        while len(self._known) >= self._capacity:
            del self._known[next(iter(self._known))]
        self._known[token] = (key, claims)
