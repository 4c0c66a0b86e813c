"""Colours of mail: which can be read on which (WCAG 2.2, success criterion 1.4.3)."""

from __future__ import annotations

import re

from classbell.ports.errors import InvalidInput

ENOUGH = 4.5
"""Contrast that ordinary text must reach."""

BLACK, WHITE = "#000000", "#ffffff"
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def checked_colour(typed: str) -> str:
    """Return a colour as it may be kept, empty for the product's own.

    Args:
        typed: such as ``#0F6CBD`` or ``0f6cbd``.

    Raises:
        InvalidInput: it is none.
    """
    colour = typed.strip().lower()
    if not colour:
        return ""
    colour = colour if colour.startswith("#") else f"#{colour}"
    if not _COLOUR.fullmatch(colour):
        raise InvalidInput(
            f"«{typed.strip()[:20]}» is no colour.",
            field="colour",
            remedy="Write a # and six of the digits 0 to 9 and letters a to f, such as #0f6cbd.",
        )
    return colour


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours ``#rrggbb``, from 1 to 21.

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour; one always reaches ENOUGH."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))


def is_ink(colour: str, paper: str) -> bool:
    """Say whether text of a colour can be read on a paper."""
    return contrast(colour, paper) >= ENOUGH


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- sRGB's own figures
