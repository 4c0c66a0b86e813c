"""Being shown inside Microsoft Teams: its theme, and Microsoft's sign-in in a window of its own."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from classbell.web.admin_center.came_from import came_from
from classbell.web.pages import THEME, show_alone

Handler = Callable[[HttpRequest], HttpResponseBase]

TEAMS_THEME = "teams-theme"
"""Name in an address with which Teams says how it looks; it fills in ``{theme}``.

https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/access-teams-context
"""

THEMES = {"default": "teams-light", "dark": "teams-dark", "contrast": "teams-dark"}
REDIRECTS = range(301, 309)


class InsideTeams:
    """Takes over Teams' theme, and never sends a frame to Microsoft's sign-in.

    Microsoft refuses to be framed, so whoever connects or signs in inside Teams goes on in a window
    of its own, and comes back to the frame by one button.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, by a page with a link where a frame would have left this installation."""
        told = THEMES.get(request.GET.get(TEAMS_THEME, ""))
        if told and settings.CLASSBELL.frame_origins:
            request.session[THEME] = told
        response = self._get_response(request)
        if response.status_code in REDIRECTS and _is_framed(request):
            target = response["Location"]
            if _leads_away(request, target):
                words = {"target": target, "here": came_from(request)}
                return show_alone(request, "own_window.html", words)
        return response


def _is_framed(request: HttpRequest) -> bool:
    """Tell whether the answer is to be shown in a frame, as every current browser says."""
    return request.headers.get("Sec-Fetch-Dest") == "iframe"


def _leads_away(request: HttpRequest, target: str) -> bool:
    host = urlsplit(target).netloc
    return bool(host) and host != request.get_host()
