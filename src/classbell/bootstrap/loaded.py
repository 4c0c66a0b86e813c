"""Keeps what a process loads once out of the collections of garbage that interrupt its work."""

from __future__ import annotations

import gc


def leave_out_of_collections() -> None:
    """Never look again at what is loaded by now: modules, tables, pages and their addresses.

    A full collection of some 150,000 such objects stops every thread of the process for a tenth of
    a second, at whoever's request it happens, and frees none of them. Called once, at the end of
    loading; see https://docs.python.org/3/library/gc.html#gc.freeze.
    """
    gc.collect()
    gc.freeze()
