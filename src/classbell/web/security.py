"""The content security policy: everything from here, nothing inline, nothing framed."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

FORM_TARGETS = "classbell_form_targets"
"""Name of the request attribute that lists origins a form of this page may lead to."""


def allow_forms_to(request: HttpRequest, origin: str) -> None:
    """Let the forms of this page end at another origin, such as Microsoft's sign-in host.

    Browsers apply ``form-action`` to redirects too, so a form whose answer leads to Microsoft needs
    that origin in the policy of the page it stands on.
    """
    setattr(request, FORM_TARGETS, (*form_targets(request), origin))


def form_targets(request: HttpRequest) -> tuple[str, ...]:
    """Return the other origins that forms of this page may lead to."""
    return cast("tuple[str, ...]", getattr(request, FORM_TARGETS, ()))


def content_security_policy(targets: tuple[str, ...]) -> str:
    """Return the policy of a page whose forms may also lead to the given origins."""
    forms = " ".join(("'self'", *dict.fromkeys(targets)))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )
