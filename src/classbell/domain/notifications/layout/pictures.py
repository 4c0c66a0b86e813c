"""Judging a picture by what it is, not by what it says it is: PNG and JPEG, read without decoding.

What a picture does not need to be seen is left out: comments, places and times, thumbnails, and
whatever stands behind its end, where another kind of file could hide.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from classbell.ports.errors import InvalidInput

MOST_BYTES = 100_000
"""What a logo may weigh: it travels with every single mail."""
MOST_PIXELS = 2_000
"""Of its width, and of its height: a small file can unfold into a huge picture."""

PNG, JPEG = "image/png", "image/jpeg"

_PNG_BEGIN = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"IDAT", b"IEND"})
_JPEG_BEGIN = b"\xff\xd8"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: what mail programs can show."""
_STRANGE_FRAMES = frozenset({0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FILLING = {0xFF: 1, **dict.fromkeys(_ALONE, 2)}
"""Markers that say nothing, and the bytes to pass over."""
_SCAN, _END = 0xDA, 0xD9
_JPEG_KEPT = frozenset({0xC4, 0xCC, 0xDB, 0xDD, 0xE0, 0xEE, _SCAN, *_FRAMES})
"""Tables, frames and scans, the JFIF header, and Adobe's, without which colours would be wrong."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it may be kept: ``kind`` is its media type, its sides are in pixels."""

    kind: str
    width: int
    height: int
    content: bytes


def read_picture(content: bytes) -> Picture:
    """Return an uploaded picture without what it does not need.

    Raises:
        InvalidInput: it is too large, broken, or no PNG or JPEG.
    """
    if len(content) > MOST_BYTES:
        raise _refused(
            f"The picture has {len(content) / 1000:,.0f} KB; it may have {MOST_BYTES // 1000}.",
            "It travels with every mail. Save it smaller, about 400 pixels wide.",
        )
    try:
        if content.startswith(_PNG_BEGIN):
            found = _png(content)
        elif content.startswith(_JPEG_BEGIN):
            found = _jpeg(content)
        else:
            raise _refused("This file is no PNG and no JPEG picture.", "Save it as PNG or JPEG.")
    except (struct.error, IndexError, ValueError) as cause:
        raise _broken() from cause
    if not (0 < found.width <= MOST_PIXELS and 0 < found.height <= MOST_PIXELS):
        raise _refused(
            f"The picture has {found.width:,} × {found.height:,} pixels; each side may have "
            f"{MOST_PIXELS:,}.",
            "Save it smaller, about 400 pixels wide.",
        )
    return found


def _png(content: bytes) -> Picture:
    """Read the chunks of a PNG: https://www.w3.org/TR/png-3/#5DataRep."""
    kept, place, name = [_PNG_BEGIN], len(_PNG_BEGIN), b""
    width = height = 0
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, place)
        whole = content[place : place + 12 + length]
        data = whole[8:-4]
        if zlib.crc32(name + data) != struct.unpack_from(">I", whole, 8 + length)[0]:
            raise ValueError("checksum")
        if place == len(_PNG_BEGIN):
            if name != b"IHDR":
                raise ValueError("first chunk")
            width, height = struct.unpack_from(">II", data)
        if name in _PNG_KEPT:
            kept.append(whole)
        elif not name[0] & 0x20:
            raise ValueError("unknown critical chunk")
        place += len(whole)
    return Picture(PNG, width, height, b"".join(kept))


def _jpeg(content: bytes) -> Picture:
    """Read the segments of a JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B."""
    kept, place = [_JPEG_BEGIN], 2
    width = height = 0
    while True:
        if content[place] != 0xFF:  # noqa: PLR2004 -- what every marker begins with
            raise ValueError("marker")
        marker = content[place + 1]
        if marker in _FILLING:
            place += _FILLING[marker]
            continue
        if marker == _END:
            return Picture(JPEG, width, height, b"".join((*kept, b"\xff\xd9")))
        end = place + 2 + struct.unpack_from(">H", content, place + 2)[0]
        width, height = _frame(content, place, marker) or (width, height)
        if marker == _SCAN:
            end = _end_of_scan(content, end)
        if marker in _JPEG_KEPT:
            kept.append(content[place:end])
        place = end


def _frame(content: bytes, place: int, marker: int) -> tuple[int, int] | None:
    """Return width and height where a segment is a frame's header."""
    if marker in _STRANGE_FRAMES:
        raise ValueError("frame")
    if marker not in _FRAMES:
        return None
    height, width = struct.unpack_from(">HH", content, place + 5)
    return width, height


def _end_of_scan(content: bytes, place: int) -> int:
    """Return where the next marker stands: FF not followed by 00, and no restart."""
    while True:
        place = content.index(b"\xff", place)
        if content[place + 1] != 0 and content[place + 1] not in _ALONE:
            return place
        place += 2


def _broken() -> InvalidInput:
    return _refused("The picture is broken, or of a kind that mail programs cannot show.",
                    "Open it, save it as PNG or JPEG, and choose that.")  # fmt: skip


def _refused(what: str, remedy: str) -> InvalidInput:
    return InvalidInput(what, field="logo", remedy=remedy)
