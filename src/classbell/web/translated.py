"""What the domain says in English, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext

from classbell.ports.words import Said


def translated(text: str) -> str:
    """Return a text of the domain in the language that is spoken now.

    Texts that no catalog of translations knows, such as Microsoft's own words, stay as they are.

    Args:
        text: an English text, with its values where it is ``Said``; empty stays empty.
    """
    if isinstance(text, Said):
        values = {
            name: translated(value) if isinstance(value, Said) else value
            for name, value in text.values.items()
        }
        return gettext(text.template).format_map(values)
    return gettext(text) if text else ""
