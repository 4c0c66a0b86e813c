"""What every answer of the sign-in service has in common: ids, headers, tenants."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse

from m365sandbox.directory.model import Tenant
from m365sandbox.entra.errors import EntraError, Trace, at_will, error_body
from m365sandbox.world import World

# Names that stand for "whichever organisation the person belongs to".
ANY_TENANT = frozenset({"organizations", "common"})
SERVER_NAME = "2.1.0 - SANDBOX"
THROTTLED = 429


# Where a fault leaves the code it wants the service to refuse with.
AT_WILL = "m365sandbox.aadsts"


def is_guid(text: str) -> bool:
    """Say whether `text` is a GUID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def trace_of(request: Request, world: World) -> Trace:
    """Return the ids of this exchange; the correlation id is the client's own when it sent one."""
    asked = request.headers.get("client-request-id", "")
    correlation = str(UUID(asked)) if is_guid(asked) else str(uuid4())
    return Trace(trace_id=str(uuid4()), correlation_id=correlation, now=world.now())


def tenant_named(world: World, name: str) -> Tenant | None:
    """Return the tenant a path names, or None where it names any of them.

    Raises:
        EntraError: 90002 when there is no such tenant.
    """
    if name.lower() in ANY_TENANT:
        return None
    tenant = world.directory.tenant(name)
    if tenant is None:
        raise EntraError(90002, tenant=name)
    return tenant


def refuse_at_will(request: Request, world: World, given: Mapping[str, str], tenant: str) -> None:
    """Refuse a request where a fault wants it refused.

    Raises:
        EntraError: the code the fault names.
    """
    number = request.scope.get("extensions", {}).get(AT_WILL)
    if number is None:
        return
    words = {"tenant": tenant, "client": given.get("client_id", "")}
    application = world.directory.application(words["client"])
    if application is not None:
        words["name"] = application.name
    raise at_will(int(number), words)


def token_headers(request: Request, trace: Trace, code: int = 0) -> dict[str, str]:
    """Return the headers seen on answers of the token endpoint."""
    headers = {
        "Cache-Control": "no-store, no-cache",
        "Pragma": "no-cache",
        "Expires": "-1",
        "X-Content-Type-Options": "nosniff",
        "P3P": 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
        "x-ms-request-id": trace.trace_id,
        "x-ms-ests-server": SERVER_NAME,
        "x-ms-clitelem": f"1,{code},0,,",
        "x-ms-srs": "1.P",
    }
    if request.headers.get("return-client-request-id", "").lower() == "true":
        headers["client-request-id"] = trace.correlation_id
    if request.url.scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def refusal(request: Request, world: World, error: EntraError) -> JSONResponse:
    """Return a refusal as the token endpoint sends it."""
    trace = trace_of(request, world)
    headers = token_headers(request, trace, error.number)
    if error.code.status == THROTTLED:
        headers["Retry-After"] = str(world.mailboxes.limits.retry_after_seconds)
    return JSONResponse(
        error_body(error, trace, world.public.people),
        status_code=error.code.status,
        headers=headers,
    )
