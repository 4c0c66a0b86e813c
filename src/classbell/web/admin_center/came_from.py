"""From which page of ours a request came."""

from __future__ import annotations

from django.http import HttpRequest

from classbell.domain.organisations.signin import own_path


def came_from(request: HttpRequest) -> str:
    """Return the page of ours from which a form was sent; the first page where nobody says."""
    referer = request.headers.get("Referer", "")
    origin = f"{request.scheme}://{request.get_host()}"
    return own_path(referer.removeprefix(origin) if referer.startswith(f"{origin}/") else "/")
