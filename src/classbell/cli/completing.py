"""Answering a shell that asks what may come next on the line."""

from __future__ import annotations

import argparse

from argcomplete import autocomplete
from argcomplete.completers import FilesCompleter

from classbell.cli.framework import start_django
from classbell.ports.errors import ClassbellError


def answer_shell(parser: argparse.ArgumentParser) -> None:
    """Tell the shell what may come next, and end the process."""
    autocomplete(parser, default_completer=_Offered())


class _Offered(FilesCompleter):
    """Slugs where a catalog is named, and files elsewhere."""

    def __call__(self, prefix: str, **rest: object) -> list[str]:
        if getattr(rest["action"], "dest", "") == "catalog":
            return catalog_slugs(prefix)
        return list(super().__call__(prefix, **rest))


def catalog_slugs(prefix: str) -> list[str]:
    """Return the slugs that begin so; none where the database cannot be asked."""
    from django.db import DatabaseError  # noqa: PLC0415 -- late, for it takes its time

    try:
        start_django()
        from classbell.storage.models import Catalog  # noqa: PLC0415 -- needs Django's settings

        rows = Catalog.objects.filter(slug__startswith=prefix).order_by("slug")
        return list(rows.values_list("slug", flat=True))
    except (ClassbellError, DatabaseError):
        # Somebody who presses Tab before anything is set up wants no traceback over their line.
        return []
