"""Pictures as people upload them, made by hand: with more in them than is seen, or broken."""

from __future__ import annotations

import struct
import zlib

BLUE, WHITE = b"\x0f\x54\x8c", b"\xff\xff\xff"


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum


def a_png(width: int = 480, height: int = 120, *, more: bytes = b"", after: bytes = b"") -> bytes:
    """Return a PNG: a blue field with a white stripe.

    Args:
        width: in pixels.
        height: in pixels.
        more: chunks to put before its content.
        after: bytes to put behind its end.
    """
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    stripe = (height // 2 - height // 8, height // 2 + height // 8)
    rows = (
        b"\0" + (WHITE if stripe[0] <= row < stripe[1] else BLUE) * width for row in range(height)
    )
    content = chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
    begin = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return begin + more + content + chunk(b"IEND", b"") + after


def segment(marker: int, data: bytes) -> bytes:
    """Return one segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def a_jpeg(
    width: int = 400, height: int = 100, *, frame: int = 0xC0, more: bytes = b"", after: bytes = b""
) -> bytes:
    """Return what has the build of a JPEG; its tables and its scan hold nothing to be seen."""
    size = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            more,
            segment(0xDB, bytes(65)),
            segment(frame, size),
            segment(0xC4, bytes(17)),
            segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            b"\x12\xff\x00\x34\xff\xd0\x56",
            b"\xff\xd9",
            after,
        )
    )
