"""What every request passes: security headers, who is asking, and errors turned into pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from classbell.ports.errors import ClassbellError
from classbell.web import log_redaction
from classbell.web.access import SignInNeeded
from classbell.web.errors import problem_page
from classbell.web.security import content_security_policy, form_targets, frames_allowed

Handler = Callable[[HttpRequest], HttpResponseBase]

STRICT_TRANSPORT = "max-age=31536000"
"""For a year browsers come by https only; other hosts of the domain are not ours to speak for."""


class SecurityHeaders:
    """Sets the headers that keep a page to itself, on every answer."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response
        log_redaction.install()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then add the policy; pages differ by HX-Request, so caches must know.

        A mail that is shown comes with a policy of its own.
        """
        response = self._get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = content_security_policy(
                form_targets(request),
                frames=frames_allowed(request),
                ancestors=settings.CLASSBELL.frame_origins,
            )
        if settings.CLASSBELL.is_secure:
            response["Strict-Transport-Security"] = STRICT_TRANSPORT
        if "X-Frame-Options" not in response and not settings.CLASSBELL.frame_origins:
            # Says the same as the policy to browsers that do not read it.
            response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response


class PlainErrors:
    """Turns the exceptions meant for people into pages, and a missing sign-in into a sign-in."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with a page for errors people are meant to read; leave others to Django."""
        if isinstance(error, SignInNeeded):
            return _to_sign_in(request)
        if isinstance(error, ClassbellError):
            return problem_page(request, error)
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page, and back here afterwards where that makes sense."""
    address = reverse("signin")
    # A code that Microsoft handed over is worth nothing in the session that begins now, and is
    # neither written into an address nor kept.
    returning = request.path == reverse("connect-callback")
    if request.method == "GET" and request.path != "/" and not returning:
        address += f"?return_to={quote(request.get_full_path(), safe='/')}"
    if request.headers.get("HX-Request"):
        # A redirect would put the sign-in page into a corner of this one.
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)
