"""One person's way through the sign-in pages: what is asked next, and what each answer does."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from m365sandbox.clock import machine_time
from m365sandbox.directory.model import Person, Tenant
from m365sandbox.entra import consent
from m365sandbox.entra.authorize_request import AuthorizeRequest, CallbackError
from m365sandbox.entra.errors import EntraError
from m365sandbox.entra.keys import base64url
from m365sandbox.entra.state import Authentication, AuthorizationCode, BrowserSession
from m365sandbox.world import World

SIGN_IN_LIFE = timedelta(hours=1)


class Step(Enum):
    """The pages, in the order in which they may come."""

    ACCOUNT = "account"
    ADDRESS = "address"
    PASSWORD = "password"  # noqa: S105 -- the name of a page
    APPROVE = "approve"
    CONSENT = "consent"
    ADMIN = "admin"
    DONE = "done"


@dataclass
class SignIn:
    """A sign-in under way. `notice` is what the next page tells about the last answer."""

    sign_in_id: str
    session: BrowserSession
    request: AuthorizeRequest
    started: datetime
    oid: str | None = None
    has_proved: bool = False
    picked: bool = False
    other_account: bool = False
    number: str = ""
    consented: bool = False
    notice: str = ""
    typed: str = ""


def begin(world: World, session: BrowserSession, request: AuthorizeRequest) -> SignIn:
    """Return a new sign-in, with the account already chosen where the request allows it."""
    sign_in = SignIn(base64url(secrets.token_bytes(24)), session, request, machine_time())
    sign_in.number = f"{secrets.randbelow(90) + 10}"
    known = accounts(world, sign_in)
    hinted = world.directory.person(request.login_hint) if request.login_hint else None
    if hinted is not None and serves(request, hinted):
        sign_in.oid = hinted.oid
        sign_in.has_proved = hinted in known and _counts(world, sign_in, hinted.oid)
    elif request.login_hint:
        sign_in.typed = request.login_hint
    elif len(known) == 1 and request.prompt in {"", "none", "consent"}:
        sign_in.oid = known[0].oid
        sign_in.has_proved = _counts(world, sign_in, known[0].oid)
    return sign_in


def _counts(world: World, sign_in: SignIn, oid: str) -> bool:
    """Say whether an earlier proof in this browser is good enough for the request."""
    request = sign_in.request
    if request.prompt == "login":
        return False
    proved = sign_in.session.proved_at.get(oid)
    if request.max_age is None or proved is None:
        return request.max_age is None
    return world.now() - proved <= timedelta(seconds=request.max_age)


def accounts(world: World, sign_in: SignIn) -> list[Person]:
    """Return the accounts this browser is signed in with that the request could use."""
    found: list[Person] = []
    for oid, serial in sign_in.session.accounts.items():
        person = world.directory.person(oid)
        if person is None or not person.account_enabled:
            continue
        if serial > person.sessions_revoked_serial and serves(sign_in.request, person):
            found.append(person)
    return found


def serves(request: AuthorizeRequest, person: Person) -> bool:
    """Say whether the request's tenant is the person's, or any."""
    return request.tenant is None or request.tenant.tenant_id == person.tenant_id


def person_of(world: World, sign_in: SignIn) -> Person | None:
    """Return the account chosen so far, if it still exists."""
    return None if sign_in.oid is None else world.directory.person(sign_in.oid)


def next_step(world: World, sign_in: SignIn) -> Step:
    """Return the page that comes next.

    Raises:
        EntraError: the person cannot go on (50057 disabled, 53003 blocked, 50105 not assigned).
    """
    request = sign_in.request
    person = person_of(world, sign_in)
    if person is None:
        typed = sign_in.other_account or request.login_hint or request.prompt == "login"
        return Step.ADDRESS if typed or not accounts(world, sign_in) else Step.ACCOUNT
    if not sign_in.has_proved:
        return Step.PASSWORD
    if not person.account_enabled:
        raise EntraError(50057)
    if person.mfa_required and person.oid not in sign_in.session.strong:
        return Step.APPROVE
    if person.conditional_access_block:
        raise EntraError(53003)
    if consent.needs_assignment(request.application, person):
        words = {"name": request.application.name, "client": request.application.client_id}
        raise EntraError(50105, **words)
    return _consent_step(world, sign_in, person)


def _consent_step(world: World, sign_in: SignIn, person: Person) -> Step:
    request = sign_in.request
    if sign_in.consented:
        return Step.DONE
    if request.purpose == "adminconsent":
        return Step.CONSENT if person.is_tenant_administrator else Step.ADMIN
    wanted = consent.missing(
        world, request.application, person, request.names, is_default=request.is_default
    )
    if request.prompt == "consent":
        # Forcing the page asks the person themselves, also for what an administrator has granted.
        wanted = request.names
    if not wanted:
        return Step.DONE
    tenant = tenant_of(world, person)
    allowed = consent.may_consent(person, tenant, request.application, wanted)
    return Step.CONSENT if allowed else Step.ADMIN


def tenant_of(world: World, person: Person) -> Tenant:
    """Return the person's tenant.

    Raises:
        EntraError: 90002 when the tenant is gone.
    """
    tenant = world.directory.tenant(person.tenant_id)
    if tenant is None:
        raise EntraError(90002, tenant=person.tenant_id)
    return tenant


def choose(world: World, sign_in: SignIn, oid: str) -> None:
    """Pick an account of this browser; an empty `oid` asks for another one."""
    sign_in.has_proved = False
    sign_in.oid = None
    if not oid:
        sign_in.other_account = True
        return
    for person in accounts(world, sign_in):
        if person.oid == oid:
            sign_in.oid = oid
            sign_in.has_proved = _counts(world, sign_in, oid)


def give_address(world: World, sign_in: SignIn, address: str) -> None:
    """Take the address a person typed.

    Raises:
        CallbackError: 50020, the account exists but belongs to an organisation this request does
            not serve; the application is told.
    """
    sign_in.typed = address.strip()
    person = world.directory.person(sign_in.typed)
    if person is None or "@" not in sign_in.typed:
        sign_in.notice = "We couldn't find an account with that username."
        return
    if not serves(sign_in.request, person):
        raise CallbackError(_of_another_tenant(sign_in.request, person), sign_in.request.callback)
    sign_in.oid = person.oid
    sign_in.has_proved = False


def _of_another_tenant(request: AuthorizeRequest, person: Person) -> EntraError:
    return EntraError(
        50020,
        user=person.upn,
        provider=f"https://sts.windows.net/{person.tenant_id}/",
        tenant="" if request.tenant is None else request.tenant.name,
        client=request.application.client_id,
        name=request.application.name,
    )


def give_password(world: World, sign_in: SignIn, password: str) -> None:
    """Take the password; a wrong one is told on the page (AADSTS50126)."""
    person = person_of(world, sign_in)
    if person is None:
        return
    if not secrets.compare_digest(person.password.encode(), password.encode()):
        sign_in.notice = "Your account or password is incorrect."
        return
    sign_in.has_proved = True
    sign_in.session.accounts = {
        person.oid: world.entra.next_serial(),
        **{oid: old for oid, old in sign_in.session.accounts.items() if oid != person.oid},
    }
    sign_in.session.proved_at[person.oid] = world.now()
    # A fresh password proof starts a fresh session: the second factor is asked again.
    sign_in.session.strong = [oid for oid in sign_in.session.strong if oid != person.oid]
    world.entra.sessions[sign_in.session.session_id] = sign_in.session
    world.changed("entra")


def approve(world: World, sign_in: SignIn) -> None:
    """Take the approval on the (simulated) telephone."""
    if sign_in.oid is not None and sign_in.has_proved:
        sign_in.session.strong.append(sign_in.oid)
        world.changed("entra")


def accept(world: World, sign_in: SignIn, *, for_everybody: bool) -> None:
    """Record the consent, for the person or for the whole organisation.

    Only an administrator can give it for everybody; from anybody else the box counts for nothing.
    """
    person = person_of(world, sign_in)
    if person is None or next_step(world, sign_in) is not Step.CONSENT:
        return
    request = sign_in.request
    everybody = person.is_tenant_administrator and (
        for_everybody or request.purpose == "adminconsent"
    )
    oid = None if everybody else person.oid
    client_id = request.application.client_id
    world.grants.add(client_id, person.tenant_id, oid, request.names)
    world.changed("grants")
    sign_in.consented = True


def issue_code(world: World, sign_in: SignIn, person: Person) -> AuthorizationCode:
    """Return a new code bound to everything the request and the person stand for."""
    request = sign_in.request
    serial = sign_in.session.accounts.get(person.oid) or world.entra.next_serial()
    client_id = request.application.client_id
    # Who asked by .default asked for no more than was consented to.
    granted = world.grants.granted(client_id, person.tenant_id, person.oid)
    proved = sign_in.session.proved_at.get(person.oid)
    how = Authentication(
        client_id=client_id,
        tenant_id=person.tenant_id,
        oid=person.oid,
        scopes=sorted(request.names & granted),
        prefix=request.prefix,
        session_id=sign_in.session.public_id,
        serial=serial,
        strong=person.oid in sign_in.session.strong,
        nonce=request.nonce,
        capabilities=request.capabilities,
        signed_in=world.now(),
        auth_time=None if request.max_age is None or proved is None else int(proved.timestamp()),
    )
    code = AuthorizationCode(
        code=f"1.A{base64url(secrets.token_bytes(96))}",
        how=how,
        redirect_uri=request.callback.redirect_uri,
        code_challenge=request.code_challenge,
        code_challenge_method=request.code_challenge_method,
        issued=world.now(),
    )
    world.entra.codes[code.code] = code
    world.changed("entra")
    return code


def silent_refusal(world: World, sign_in: SignIn) -> EntraError | None:
    """Return why prompt=none cannot be served, or None when it can.

    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-implicit-grant-flow (prompt=none)
    """
    step = next_step(world, sign_in)
    application = sign_in.request.application
    if step in {Step.ADDRESS, Step.PASSWORD}:
        return EntraError(50058)
    if step is Step.ACCOUNT:
        return EntraError(16000)
    if step is Step.APPROVE:
        return EntraError(50076, error="interaction_required")
    if step in {Step.CONSENT, Step.ADMIN}:
        words = {"client": application.client_id, "name": application.name}
        return EntraError(65001, error="consent_required", **words)
    return None
