"""Where words that people read stand in the program: what `make messages` looks through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.extract import extract_from_dir

Id = str | tuple[str, ...]
"""A message: its English text, or its singular and its plural."""

MARKERS: Mapping[str, None] = dict.fromkeys(("_", "gettext", "said", "marked"))
KEYWORDS = {**MARKERS, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def sources(package: Path) -> Iterator[tuple[str, Id, str | None]]:
    """Yield every message of a package: the file it stands in, its id and its context.

    Args:
        package: the folder of the package ``classbell``.
    """
    methods = [("**.html", "jinja2"), ("**.py", "python")]
    options = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
    for file, _line, message, _comments, context in extract_from_dir(
        str(package), methods, options, keywords=KEYWORDS
    ):
        yield file, message, context
