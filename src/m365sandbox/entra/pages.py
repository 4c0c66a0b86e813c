"""Render the sign-in pages: plain HTML that works without scripts, under a strict policy."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

ASSETS = "/_entra"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("m365sandbox.entra", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def policy(form_target: str) -> str:
    """Return the content security policy of a page whose form may end up at `form_target`."""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        f"form-action 'self' {form_target}; frame-ancestors 'none'; base-uri 'none'"
    )


def page(name: str, *, form_target: str = "", status: int = 200, **values: object) -> HTMLResponse:
    """Return the page `name` filled with `values`.

    `form_target` is the origin the form's answer may redirect to: the application's own.
    """
    text = _templates().get_template(f"{name}.html").render(assets=ASSETS, **values)
    headers = {
        "Cache-Control": "no-store, no-cache",
        "Pragma": "no-cache",
        "Content-Security-Policy": policy(form_target),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }
    return HTMLResponse(text, status_code=status, headers=headers)
