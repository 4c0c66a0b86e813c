"""The product's own words within a notification, such as «and Microsoft Teams», by language.

They are data beside the texts, like these: ``texts/<language>/words.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from classbell.domain.notifications.languages import spoken
from classbell.domain.notifications.template import VARIABLE


def word(name: str, language: str, **values: str) -> str:
    """Return a word or sentence in a reader's language.

    Args:
        name: what it is called in the files.
        language: the reader's tag; English where the product does not speak it.
        **values: what its variables stand for, by name.

    Raises:
        KeyError: there is no such word, or a value is missing.
    """
    return VARIABLE.sub(lambda found: values[found[1]], _words(spoken(language))[name])


@cache
def _words(language: str) -> Mapping[str, str]:
    """Read the words of one of ``LANGUAGES``."""
    file = files("classbell.domain.notifications") / "texts" / language / "words.toml"
    return tomllib.loads(file.read_text("utf-8"))
