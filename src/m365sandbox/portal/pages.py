"""Render the portal's pages: plain HTML under a strict policy, without any script."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse

from m365sandbox.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from m365sandbox.world import World

ASSETS: Final = "/_portal"
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("m365sandbox.portal", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["segment"] = lambda text: quote(str(text), safe="@")
    environment.filters["day"] = lambda moment, name: f"{_in(moment, name):%a %d %b %Y}"
    environment.filters["clock"] = lambda moment, name: f"{_in(moment, name):%H:%M}"
    environment.filters["moment"] = lambda moment, name: f"{_in(moment, name):%a %d %b %Y, %H:%M}"
    return environment


def _in(moment: datetime, zone_name: str) -> datetime:
    return moment.astimezone(zone(zone_name))


def page(world: World, template: str, values: Mapping[str, object]) -> HTMLResponse:
    """Return the page of a template, filled with `values`."""
    facts: dict[str, object] = {
        "assets": ASSETS,
        "now": world.now(),
        "clock_stands": world.clock.is_frozen,
    }
    text = _templates().get_template(f"{template}.html").render(facts | dict(values))
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(text, headers=headers)


async def posted(request: Request) -> FormData:
    """Return the form a page of this portal sent.

    Raises:
        HTTPException: 403 when a page of another site sent it: the portal knows no sign-in, so
            nobody else's page may press its buttons.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "This form was sent by another site.")
    return await request.form()


def see(path: str) -> RedirectResponse:
    """Return the redirect that follows a form."""
    return RedirectResponse(path, status_code=303)
