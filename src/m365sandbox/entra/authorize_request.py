"""Read the parameters of an authorize request and say what is wrong with them, and where.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlencode, urlsplit

from m365sandbox.directory.applications import Application
from m365sandbox.directory.model import Tenant
from m365sandbox.entra import consent, scopes
from m365sandbox.entra.answers import tenant_named
from m365sandbox.entra.client import application_named
from m365sandbox.entra.errors import EntraError, Trace, error_parameters
from m365sandbox.world import World

ResponseMode = Literal["query", "fragment", "form_post"]
RESPONSE_MODES: dict[str, ResponseMode] = {
    "": "query",
    "query": "query",
    "fragment": "fragment",
    "form_post": "form_post",
}
PROMPTS = frozenset({"", "login", "select_account", "consent", "none"})
Purpose = Literal["authorize", "adminconsent"]
LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Callback:
    """Where an answer goes, once the address is known to be the application's own."""

    redirect_uri: str
    response_mode: ResponseMode = "query"
    state: str | None = None

    @property
    def origin(self) -> str:
        """Return the origin of the address, for the page's security policy."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"

    def parameters(self, answer: Mapping[str, str]) -> dict[str, str]:
        """Return `answer` with the client's state."""
        return {**answer, **({} if self.state is None else {"state": self.state})}

    def address(self, answer: Mapping[str, str]) -> str:
        """Return the redirect address that carries `answer` in its query or fragment."""
        encoded = urlencode(self.parameters(answer))
        if self.response_mode == "fragment":
            return f"{self.redirect_uri}#{encoded}"
        joiner = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{joiner}{encoded}"


@dataclass(frozen=True)
class AuthorizeRequest:
    """A request that may be served: everything in it is checked."""

    tenant_name: str
    tenant: Tenant | None
    application: Application
    callback: Callback
    names: frozenset[str]
    prefix: str = ""
    prompt: str = ""
    login_hint: str = ""
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str = "plain"
    wants_client_info: bool = False
    capabilities: list[str] = field(default_factory=list)
    is_default: bool = False
    max_age: int | None = None
    purpose: Purpose = "authorize"
    scope_text: str = ""
    # What the application is told when the person declines, where it is not OAuth's usual word.
    declined: str | None = None

    def without_hint(self) -> "AuthorizeRequest":
        """Return the request as if no account had been suggested."""
        return replace(self, login_hint="")


class CallbackError(Exception):
    """A refusal that the application itself is told, at its own address."""

    def __init__(self, error: EntraError, callback: Callback) -> None:
        """Refuse with `error` at `callback`."""
        super().__init__(str(error))
        self.error = error
        self.callback = callback

    def answer(self, trace: Trace, base: str) -> dict[str, str]:
        """Return what the application is told; `base` is the public login address."""
        return error_parameters(self.error, trace, base)


def read(world: World, tenant_name: str, given: Mapping[str, str]) -> AuthorizeRequest:
    """Return the checked request.

    Raises:
        EntraError: tenant, client id or redirect address is wrong; shown on the sandbox's own
            page, because nobody knows whose address it is (90002, 900144, 700038, 700016, 50011).
        CallbackError: anything else; the application is told at its redirect address.
    """
    tenant = tenant_named(world, tenant_name)
    application, redirect_uri = application_and_address(world, tenant_name, given)
    state = given.get("state")
    mode = RESPONSE_MODES.get(given.get("response_mode", ""))
    callback = Callback(redirect_uri, mode or "query", state)
    try:
        if mode is None:
            raise EntraError(90023, reason="Unsupported value for 'response_mode'.")
        _check(given, application, tenant)
        own = (world.public.people, world.public.secure)
        asked = scopes.parse(given["scope"], own)
        return AuthorizeRequest(
            tenant_name=tenant_name,
            tenant=tenant,
            application=application,
            callback=callback,
            names=consent.resolve(asked, application),
            is_default=asked.is_default,
            prefix=asked.prefix,
            prompt=given.get("prompt", ""),
            login_hint=given.get("login_hint", "").strip(),
            nonce=given.get("nonce"),
            code_challenge=given.get("code_challenge"),
            code_challenge_method=given.get("code_challenge_method", "plain"),
            wants_client_info=given.get("client_info") == "1",
            capabilities=capabilities(given.get("claims", "")),
            max_age=_seconds(given.get("max_age", "")),
        )
    except EntraError as error:
        raise CallbackError(error, callback) from error


def application_and_address(
    world: World, tenant_name: str, given: Mapping[str, str]
) -> tuple[Application, str]:
    """Return the application and its redirect address, exactly as registered.

    Raises:
        EntraError: 900144 missing, 700038 or 700016 unknown client, 50011 address not registered.
    """
    for name in ("client_id", "redirect_uri"):
        if not given.get(name):
            raise EntraError(900144, parameter=name)
    application = application_named(world, given["client_id"], tenant_name)
    redirect_uri = given["redirect_uri"]
    if not application.calls_back_to(redirect_uri):
        raise EntraError(50011, redirect_uri=redirect_uri, client=application.client_id)
    return application, redirect_uri


def _check(given: Mapping[str, str], application: Application, tenant: Tenant | None) -> None:
    for name in ("response_type", "scope"):
        if not given.get(name):
            raise EntraError(900144, parameter=name)
    if given["response_type"] != "code":
        raise EntraError(700054, kind=given["response_type"])
    if given.get("code_challenge_method", "plain") not in {"plain", "S256"}:
        raise EntraError(90023, reason="Unsupported value for 'code_challenge_method'.")
    prompt = given.get("prompt", "")
    if prompt not in PROMPTS:
        raise EntraError(90023, reason=f"Unsupported 'prompt' value '{prompt}'.")
    if prompt == "select_account" and given.get("login_hint"):
        # Documented as impossible; refusing it here keeps clients from relying on either outcome.
        reason = "'login_hint' cannot be combined with 'prompt=select_account'."
        raise EntraError(90023, reason=reason)
    is_home = tenant is not None and tenant.tenant_id == application.home_tenant_id
    if not application.is_multitenant and not is_home:
        raise EntraError(50194, client=application.client_id, name=application.name)


def _seconds(text: str) -> int | None:
    """Return max_age: how long ago the person may have proved themselves, None for any time."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise EntraError(90023, reason="Invalid value for 'max_age'.")
    return int(text)


def capabilities(claims: str) -> list[str]:
    """Return the client capabilities that a claims parameter names, such as cp1.

    Raises:
        EntraError: 9002313 when it is not the JSON object OpenID Connect asks for.
    """
    if not claims:
        return []
    try:
        asked = json.loads(claims)
        values = asked.get("access_token", {}).get("xms_cc", {}).get("values", [])
        return sorted(str(value).lower() for value in values)
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise EntraError(9002313) from error
