"""GET /{tenant}/oauth2/v2.0/logout: end the browser's session at the sandbox.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-a-sign-out-request
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from m365sandbox.entra.authorize import SignInDesk
from m365sandbox.entra.discovery import Endpoint
from m365sandbox.entra.pages import page


def endpoint(desk: SignInDesk) -> Endpoint:
    """Return the endpoint; refresh tokens of web applications outlive the sign-out."""

    async def answer(request: Request) -> Response:
        session = desk.session(request)
        given: dict[str, str] = dict(request.query_params)
        if request.method == "POST":
            form = await request.form()
            given |= {name: value for name, value in form.items() if isinstance(value, str)}
        hint = desk.world.directory.person(given.get("logout_hint", ""))
        leaving = list(session.accounts) if hint is None else [hint.oid]
        for oid in leaving:
            session.accounts.pop(oid, None)
        session.strong = [oid for oid in session.strong if oid in session.accounts]
        desk.world.changed("entra")
        back = given.get("post_logout_redirect_uri", "")
        if back and _is_registered(desk, back):
            state = given.get("state")
            query = "" if state is None else f"?{urlencode({'state': state})}"
            return RedirectResponse(back + query, status_code=302)
        return page("signed_out")

    return answer


def _is_registered(desk: SignInDesk, address: str) -> bool:
    return any(
        application.calls_back_to(address)
        for application in desk.world.directory.applications.values()
    )
