"""The content security policies: of pages, and of a mail that is shown in one."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORM_TARGETS = "classbell_form_targets"
"""Name of the request attribute that lists origins a form of this page may lead to."""

OWN_FRAMES = "classbell_own_frames"
"""Name of the request attribute that says whether the page holds frames."""


def allow_forms_to(request: HttpRequest, origin: str) -> None:
    """Let the forms of this page end at another origin, such as Microsoft's sign-in host.

    Browsers apply ``form-action`` to redirects too, so a form whose answer leads to Microsoft needs
    that origin in the policy of the page it stands on.
    """
    setattr(request, FORM_TARGETS, (*form_targets(request), origin))


def form_targets(request: HttpRequest) -> tuple[str, ...]:
    """Return the other origins that forms of this page may lead to."""
    return cast("tuple[str, ...]", getattr(request, FORM_TARGETS, ()))


def allow_own_frames(request: HttpRequest) -> None:
    """Let this page hold frames whose documents come from here, such as the preview of a mail."""
    setattr(request, OWN_FRAMES, True)


def frames_allowed(request: HttpRequest) -> bool:
    """Tell whether this page may hold such frames."""
    return bool(getattr(request, OWN_FRAMES, False))


def content_security_policy(
    targets: tuple[str, ...], *, frames: bool = False, ancestors: tuple[str, ...] = ()
) -> str:
    """Return the policy of a page.

    Args:
        targets: other origins that its forms may lead to.
        frames: whether it holds frames with documents from here.
        ancestors: origins whose pages may show it in a frame, such as those of Microsoft Teams.
    """
    framed_by = " ".join(("'self'", *ancestors)) if ancestors else "'none'"
    forms = " ".join(("'self'", *dict.fromkeys(targets)))
    framed = "frame-src 'self'; " if frames else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; {framed}form-action {forms}; frame-ancestors {framed_by}; "
        "base-uri 'none'"
    )


MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; "
    "base-uri 'none'; sandbox; "
)
"""Of a document that is a mail: it is styled by itself, and can do nothing, framed or not."""


def guard_mail(response: HttpResponse) -> HttpResponse:
    """Put a mail that is shown under its own policy, and let only our own pages frame it.

    Browsers ask it of every page around: also of Teams, where the Admin Center is shown there.
    """
    framed_by = " ".join(("'self'", *settings.CLASSBELL.frame_origins))
    response["Content-Security-Policy"] = f"{MAIL_POLICY}frame-ancestors {framed_by}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
