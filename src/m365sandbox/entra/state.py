"""What sign-in remembers: keys, codes, browser sessions, requests to administrators."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from m365sandbox.entra.keys import KeyRing, base64url
from m365sandbox.entra.token_memory import TokenMemory
from m365sandbox.persist import Shape

TOKEN_MARK = "1.A"  # noqa: S105 -- how Entra's opaque tokens begin; no secret

SERIAL_GAP = 10_000
SESSION_ROOM = 5_000


@dataclass
class Authentication:
    """How somebody signed in to an application, carried from the code through every refresh.

    `serial` numbers authentications in order: a revocation remembers the latest number and ends
    everything up to it, whatever the clock showed.
    """

    client_id: str
    tenant_id: str
    oid: str
    scopes: list[str]
    prefix: str
    session_id: str
    serial: int
    strong: bool = False
    nonce: str | None = None
    capabilities: list[str] = field(default_factory=list)
    signed_in: datetime | None = None
    # When the person proved themselves, in seconds since 1970, if the client asked how long ago.
    auth_time: int | None = None


@dataclass
class AuthorizationCode:
    """A code and what it is bound to besides the authentication."""

    code: str
    how: Authentication
    redirect_uri: str
    code_challenge: str | None
    code_challenge_method: str
    issued: datetime
    redeemed: bool = False


@dataclass
class RefreshToken:
    """The content of a refresh token. Old ones live on after use, until they expire."""

    how: Authentication
    issued: datetime


@dataclass
class BrowserSession:
    """One browser's sign-ins: account to serial number and time of proof, and who proved twice."""

    session_id: str
    accounts: dict[str, int] = field(default_factory=dict)
    strong: list[str] = field(default_factory=list)
    proved_at: dict[str, datetime] = field(default_factory=dict)
    # What the outside may know of the session; the other id is the cookie's secret.
    public_id: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class ConsentRequest:
    """Somebody's request to the administrators, where the tenant runs that workflow."""

    tenant_id: str
    client_id: str
    oid: str
    scopes: list[str]
    reason: str
    asked: datetime


CODES = Shape(list[AuthorizationCode])
REFRESH_TOKEN = Shape(RefreshToken)
SESSIONS = Shape(list[BrowserSession])
REQUESTS = Shape(list[ConsentRequest])


class EntraState:
    """All of it, by its identifiers. Sign-ins under way are not kept here."""

    def __init__(self) -> None:
        """Start with no sign-ins."""
        self.keys = KeyRing()
        self.seen_tokens = TokenMemory()
        self.codes: dict[str, AuthorizationCode] = {}
        self.sessions: dict[str, BrowserSession] = {}
        self.requests: list[ConsentRequest] = []
        self.serial = 0
        self._seal_key = AESGCM.generate_key(256)

    def next_serial(self) -> int:
        """Return the number of a new authentication."""
        self.serial += 1
        return self.serial

    def new_session(self) -> BrowserSession:
        """Return a new browser session; sessions nobody signed in with make room in time."""
        if len(self.sessions) >= SESSION_ROOM:
            self.sessions = {one.session_id: one for one in self.sessions.values() if one.accounts}
        session = BrowserSession(base64url(secrets.token_bytes(24)))
        self.sessions[session.session_id] = session
        return session

    def forget_sign_ins(self) -> None:
        """Forget codes, browser sessions and requests, and end every refresh token."""
        self.codes, self.sessions, self.requests = {}, {}, []
        self._seal_key = AESGCM.generate_key(256)

    def seal(self, token: RefreshToken) -> str:
        """Return a refresh token as an opaque text that only this sandbox can read.

        As with Entra the token carries its own facts, so nothing grows however often clients
        refresh, and a revocation is judged against the person.
        """
        nonce = secrets.token_bytes(12)
        plain = REFRESH_TOKEN.adapter.dump_json(token)
        return TOKEN_MARK + base64url(nonce + AESGCM(self._seal_key).encrypt(nonce, plain, None))

    def unseal(self, text: str) -> RefreshToken | None:
        """Return the content of a refresh token, or None when this sandbox did not make it."""
        try:
            packed = base64.urlsafe_b64decode(text.removeprefix(TOKEN_MARK) + "===")
            plain = AESGCM(self._seal_key).decrypt(packed[:12], packed[12:], None)
        except (ValueError, InvalidTag):
            return None
        return REFRESH_TOKEN.adapter.validate_json(plain)

    def snapshot(self) -> dict[str, object]:
        """Return what survives a restart."""
        return {
            "keys": self.keys.snapshot(),
            "codes": CODES.dump(list(self.codes.values())),
            "sessions": SESSIONS.dump([one for one in self.sessions.values() if one.accounts]),
            "requests": REQUESTS.dump(self.requests),
            "serial": self.serial,
            "seal_key": base64.b64encode(self._seal_key).decode(),
        }

    def restore(self, saved: dict[str, object]) -> None:
        """Take up a snapshot."""
        keys = saved["keys"]
        if not isinstance(keys, list):
            message = "Saved signing keys must be a list."
            raise TypeError(message)
        self.keys.restore(keys)
        self.codes = {code.code: code for code in CODES.load(saved["codes"])}
        self.sessions = {one.session_id: one for one in SESSIONS.load(saved["sessions"])}
        self.requests = REQUESTS.load(saved["requests"])
        # Numbers given out after the last save must not be given out again.
        self.serial = int(str(saved["serial"])) + SERIAL_GAP
        self._seal_key = base64.b64decode(str(saved["seal_key"]))
