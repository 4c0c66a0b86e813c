"""POST /{tenant}/oauth2/v2.0/token: codes, refresh tokens and client credentials become tokens.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from m365sandbox.directory.applications import Application
from m365sandbox.directory.model import Person
from m365sandbox.entra import consent, issue, scopes
from m365sandbox.entra.answers import (
    refusal,
    refuse_at_will,
    tenant_named,
    token_headers,
    trace_of,
)
from m365sandbox.entra.authorize_request import capabilities
from m365sandbox.entra.client import authenticate
from m365sandbox.entra.discovery import Endpoint
from m365sandbox.entra.errors import EntraError, capolids
from m365sandbox.entra.permissions import OPENID_SCOPES
from m365sandbox.entra.state import Authentication, RefreshToken
from m365sandbox.world import World

CODE_LIFE = timedelta(seconds=600)
REFRESH_LIFE = timedelta(days=90)
# Codes are remembered for a day after use, so that a second use is called by its name.
CODE_MEMORY = timedelta(days=1)
VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
# From this life on a client is told to refresh at half of it.
LONG_LIFE = timedelta(hours=2)

Form = Mapping[str, str]
Answer = dict[str, object]


def endpoint(world: World) -> Endpoint:
    """Return the token endpoint over `world`."""
    grants: dict[str, Callable[[World, Form, Application, str], Answer]] = {
        "authorization_code": by_code,
        "refresh_token": by_refresh_token,
        "client_credentials": by_client_credentials,
    }

    async def answer(request: Request) -> Response:
        name = request.path_params["tenant"]
        try:
            if request.method != "POST":
                raise EntraError(900561, method=request.method)
            form = await _form(request)
            tenant_named(world, name)
            refuse_at_will(request, world, form, name)
            kind = _required(form, "grant_type")
            if kind not in grants:
                raise EntraError(70003, grant=kind)
            authorization = request.headers.get("authorization", "")
            application = authenticate(world, form, authorization, name)
            body = grants[kind](world, form, application, name)
        except EntraError as error:
            return refusal(request, world, error)
        return JSONResponse(body, headers=token_headers(request, trace_of(request, world)))

    return answer


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise EntraError(900144, parameter="grant_type")
    data = await request.form()
    return {name: value for name, value in data.items() if isinstance(value, str)}


def _required(form: Form, name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise EntraError(900144, parameter=name)
    return value


def by_code(world: World, form: Form, application: Application, tenant: str) -> Answer:
    """Redeem an authorization code.

    Raises:
        EntraError: 70000 unknown or another client's code, 54005 used before, 70008 older than ten
            minutes, 700005 of another tenant, 50011 other redirect address, 501481 wrong verifier.
    """
    text = _required(form, "code")
    redirect_uri = _required(form, "redirect_uri")
    code = world.entra.codes.get(text)
    if code is None or code.how.client_id != application.client_id:
        raise EntraError(70000)
    if code.redeemed:
        raise EntraError(54005)
    if world.now() - code.issued > CODE_LIFE:
        raise EntraError(70008)
    named = tenant_named(world, tenant)
    if named is not None and named.tenant_id != code.how.tenant_id:
        raise EntraError(700005)
    if redirect_uri != code.redirect_uri:
        raise EntraError(
            50011, error="invalid_grant", redirect_uri=redirect_uri, client=application.client_id
        )
    _check_verifier(form.get("code_verifier", ""), code.code_challenge, code.code_challenge_method)
    person = _person(world, code.how)
    code.redeemed = True
    _forget_old_codes(world)
    world.changed("entra")
    return _tokens(world, form, application, person, code.how)


def _check_verifier(verifier: str, challenge: str | None, method: str) -> None:
    """Compare verifier and challenge as RFC 7636 says."""
    if challenge is None:
        if verifier:
            raise EntraError(501481)
        return
    if not verifier:
        raise EntraError(900144, parameter="code_verifier")
    digest = hashlib.sha256(verifier.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    computed = hashed if method == "S256" else verifier
    if VERIFIER.fullmatch(verifier) is None or not secrets.compare_digest(computed, challenge):
        raise EntraError(501481)


def _forget_old_codes(world: World) -> None:
    oldest = world.now() - CODE_MEMORY
    codes = world.entra.codes
    world.entra.codes = {text: code for text, code in codes.items() if code.issued > oldest}


def by_refresh_token(world: World, form: Form, application: Application, tenant: str) -> Answer:
    """Exchange a refresh token; the old one stays valid until it expires by itself.

    Raises:
        EntraError: 70000 not ours or another client's, 700082 unused for 90 days, 50034 the person
            or tenant does not match, and those of `_check_person`.
    """
    token = world.entra.unseal(_required(form, "refresh_token"))
    if token is None or token.how.client_id != application.client_id:
        raise EntraError(70000)
    named = tenant_named(world, tenant)
    if named is not None and named.tenant_id != token.how.tenant_id:
        raise EntraError(50034, tenant=named.name)
    if world.now() - token.issued > REFRESH_LIFE:
        raise EntraError(700082, issued=token.issued.strftime("%Y-%m-%dT%H:%M:%S.%f0Z"))
    person = _person(world, token.how)
    return _tokens(world, form, application, person, token.how)


def _person(world: World, how: Authentication) -> Person:
    """Return the person behind an authentication, if it still holds.

    Raises:
        EntraError: 50034 deleted, 50057 disabled, 50173 revoked, 53003 blocked by policy, 70043
            signed in too long ago for a policy, 50076 must prove themselves twice.
    """
    person = world.directory.person(how.oid)
    if person is None:
        tenant = world.directory.tenant(how.tenant_id)
        raise EntraError(50034, tenant=how.tenant_id if tenant is None else tenant.name)
    if not person.account_enabled:
        raise EntraError(50057)
    if how.serial <= person.sessions_revoked_serial:
        raise EntraError(50173)
    if person.conditional_access_block:
        raise EntraError(53003)
    if _is_too_long_ago(person, how, world.now()):
        raise EntraError(70043)
    if person.mfa_required and not how.strong:
        raise EntraError(50076, claims=capolids(how.session_id))
    return person


def _is_too_long_ago(person: Person, how: Authentication, now: datetime) -> bool:
    """Say whether a policy of sign-in frequency asks for a new sign-in by now."""
    if person.sign_in_hours is None or how.signed_in is None:
        return False
    return now - how.signed_in > timedelta(hours=person.sign_in_hours)


def _tokens(
    world: World, form: Form, application: Application, person: Person, how: Authentication
) -> Answer:
    """Return the answer with every token the scopes entitle to."""
    asked = scopes.Asked(frozenset(how.scopes), prefix=how.prefix)
    if form.get("scope"):
        own = (world.public.people, world.public.secure)
        asked = scopes.parse(form["scope"], own)
    # What the first sign-in asked of OpenID stays asked, whatever a later request repeats.
    names = consent.resolve(asked, application) | (OPENID_SCOPES & set(how.scopes))
    if consent.missing(world, application, person, names, is_default=asked.is_default):
        raise EntraError(65001, client=application.client_id, name=application.name)
    granted = world.grants.granted(application.client_id, person.tenant_id, person.oid)
    names &= granted
    how = replace(
        how,
        scopes=sorted(names | set(how.scopes)),
        prefix=asked.prefix,
        capabilities=capabilities(form.get("claims", "")) or how.capabilities,
    )
    life = issue.access_token_life(how.capabilities)
    body = _lifetimes(life)
    # As with Entra, the token carries every permission consented to, also earlier and by others.
    body["scope"] = asked.written(granted)
    body["access_token"] = issue.access_token(
        world=world,
        application=application,
        person=person,
        how=how,
        permissions=granted,
        life=life,
        proof=_proof(form),
    )
    if "offline_access" in names:
        fresh = RefreshToken(replace(how, nonce=None), world.now())
        body["refresh_token"] = world.entra.seal(fresh)
    if "openid" in names:
        body["id_token"] = issue.id_token(world, application, person, how)
    if form.get("client_info") == "1":
        body["client_info"] = issue.client_info(person)
    world.changed("entra")
    return body


def _proof(form: Form) -> issue.Proof:
    return "2" if form.get("client_assertion") else "1"


def _lifetimes(life: timedelta) -> Answer:
    seconds = int(life.total_seconds())
    body: Answer = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds}
    if life > LONG_LIFE:
        body["refresh_in"] = seconds // 2
    return body


def by_client_credentials(
    world: World, form: Form, application: Application, tenant: str
) -> Answer:
    """Return an application's own token; no refresh token comes with it.

    Raises:
        EntraError: 50059 the path names no tenant, 1002012 the scope is not a resource's .default,
            500011 another resource, 700016 nobody in the tenant has consented to the application.
    """
    text = _required(form, "scope")
    if not text.endswith("/" + scopes.DEFAULT) or " " in text:
        raise EntraError(1002012, scope=text)
    own = scopes.own_resource(text, world.directory)
    audience = own or scopes.application_audience(text, (world.public.people, world.public.secure))
    named = tenant_named(world, tenant)
    if named is None:
        raise EntraError(50059)
    if not _is_present(world, application, named.tenant_id):
        raise EntraError(700016, client=application.client_id, tenant=named.name)
    if own and not _is_present(world, scopes.owner_of(own, world.directory), named.tenant_id):
        raise EntraError(500011, resource=own, tenant=named.name)
    life = timedelta(seconds=3599)
    token = issue.application_token(
        world, application, named.tenant_id, audience=audience, life=life, proof=_proof(form)
    )
    return {**_lifetimes(life), "access_token": token}


def _is_present(world: World, application: Application, tenant_id: str) -> bool:
    """Say whether a tenant has a service principal of an application: its own, or consented to."""
    if tenant_id == application.home_tenant_id:
        return True
    key = (application.client_id, tenant_id)
    return application.is_multitenant and (
        world.grants.is_known(*key) or bool(world.application_access.roles_of(*key))
    )
