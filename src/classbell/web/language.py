"""In which language a page speaks: the person's, the catalog's, the browser's, else English."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from babel import Locale, UnknownLocaleError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate, get_language, override
from django.utils.translation.trans_real import parse_accept_lang_header

from classbell.domain.notifications.languages import LANGUAGES
from classbell.storage.queries.pages_shell import catalog_language
from classbell.storage.scope import Scope
from classbell.web.access import person_of

Handler = Callable[[HttpRequest], HttpResponseBase]

SILENT = frozenset({"asset", "healthz", "calendar-reports", "acs-reports"})
"""Addresses that say nothing to people, and therefore ask nobody who they are."""


class Language:
    """Lets every request speak one language, and leaves none behind in the thread.

    What is answered before an address is known speaks the browser's language.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in a language, and say that answers differ by it."""
        with override(spoken_tag(*_of_browser(request))):
            response = self._get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: object,  # noqa: ARG002 -- Django passes it
        arguments: tuple[object, ...],  # noqa: ARG002 -- Django passes them
        named: Mapping[str, object],
    ) -> None:
        """Choose again where the address is known: it may name a catalog."""
        match = request.resolver_match
        if match is None or match.url_name not in SILENT:
            speak(request, slug=str(named.get("slug", "")))


def speak(request: HttpRequest, *, slug: str = "") -> None:
    """Speak the language of whoever asks, until the request is answered.

    Args:
        request: what was asked.
        slug: the catalog whose page it is; it counts only within the person's own organisation.
    """
    person = person_of(request)
    wishes = [person.language] if person is not None else []
    if person is not None and slug and not person.language:
        wishes.append(catalog_language(Scope(person.organisation_id), slug))
    activate(spoken_tag(*wishes, *_of_browser(request)))


def spoken_tag(*wishes: str) -> str:
    """Return the first wish that pages can fulfil, else English.

    A region is kept, because it knows how dates are written: ``de-AT`` has the words of ``de``.

    Args:
        wishes: language tags, most wanted first; empty and unknown ones are passed over.
    """
    for wish in wishes:
        base = wish.replace("_", "-").split("-", 1)[0].lower()
        if base in LANGUAGES:
            return _known(wish) or base
    return "en"


def language_tag() -> str:
    """Return the tag of the language that is spoken now, as HTML wants it, such as ``de-AT``."""
    return str(Locale.parse(get_language() or "en", sep="-")).replace("_", "-")


def _known(tag: str) -> str:
    """Return a tag as Django writes it; empty where CLDR does not know it.

    Django keeps a catalog in memory for each tag it has met, so nobody may invent them.
    """
    try:
        return str(Locale.parse(tag.replace("_", "-"), sep="-")).replace("_", "-").lower()
    except (UnknownLocaleError, ValueError):
        return ""


def _of_browser(request: HttpRequest) -> list[str]:
    """Return what the browser asks for, most wanted first."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return [tag for tag, _weight in asked]
