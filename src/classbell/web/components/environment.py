"""The Jinja2 environment of all pages: strict, translated, and with the few globals they need."""

from __future__ import annotations

from babel.numbers import format_decimal
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from jinja2 import Environment, StrictUndefined

from classbell.web.assets import asset_url
from classbell.web.components import moments
from classbell.web.components.moments import Viewer
from classbell.web.language import language_tag
from classbell.web.translated import translated

INITIALS = 2


def environment(**options: object) -> Environment:
    """Build the environment; Django calls this with the options of its settings."""
    options["undefined"] = StrictUndefined  # a missing value is a fault, never an empty place
    options["extensions"] = ["jinja2.ext.i18n"]
    built = Environment(**options)  # type: ignore[arg-type]  # noqa: S701 -- settings turn it on
    built.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        gettext, ngettext, newstyle=True, pgettext=pgettext
    )
    built.globals.update(
        asset=asset_url, language_tag=language_tag, url=address_of, moments=moments
    )
    built.filters.update(initials=initials, number=number, translated=translated)
    return built


def address_of(name: str, *arguments: object) -> str:
    """Return the address of a named page."""
    return reverse(name, args=arguments)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name."""
    words = name.split()
    chosen = words if len(words) < INITIALS else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper() or "?"


def number(value: int, viewer: Viewer) -> str:
    """Return a number with the grouping of the reader's language."""
    return format_decimal(value, locale=viewer.locale)
