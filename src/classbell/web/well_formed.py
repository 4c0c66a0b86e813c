"""Refuses text that no store can keep, before any page reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from classbell.ports.errors import InvalidInput
from classbell.web.errors import problem_page

Handler = Callable[[HttpRequest], HttpResponseBase]

API = "/api/"
"""Its programs are answered by problem details, and it looks at what it is sent itself."""

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class WellFormed:
    """Answers a request that carries a NUL character, which PostgreSQL takes in no text.

    Whether it stands in the path, the query or a form, it was made by a program that tries what
    happens, and no field has a use for it. Bodies that are no forms are their readers' own affair.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: object,  # noqa: ARG002 -- Django passes it
        arguments: tuple[object, ...],  # noqa: ARG002 -- Django passes them
        named: dict[str, object],  # noqa: ARG002 -- Django passes them
    ) -> HttpResponseBase | None:
        """Refuse it where a page is known, so that the answer is one of ours."""
        if request.path.startswith(API) or not any("\0" in text for text in _texts(request)):
            return None
        return problem_page(
            request,
            InvalidInput(
                _("A text has a character in it that cannot be kept."),
                meaning=_("Nothing was changed."),
                remedy=_("Type the text instead of pasting it, and send it again."),
            ),
        )


def _texts(request: HttpRequest) -> Iterator[str]:
    """Yield all that came as text."""
    yield request.path
    sent = [request.GET]
    if request.content_type in FORMS:
        sent.append(request.POST)
    for one in sent:
        for name, values in one.lists():
            yield name
            yield from values
    if request.content_type in FORMS:
        for files in request.FILES.lists():
            yield from (file.name or "" for file in files[1])
