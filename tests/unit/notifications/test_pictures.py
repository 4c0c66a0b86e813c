"""Logos are judged by what they are, and kept without what nobody needs to see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbell.domain.notifications.layout.pictures import JPEG, MOST_BYTES, PNG, read_picture
from classbell.ports.errors import InvalidInput
from tests.pictures import a_jpeg, a_png, chunk, segment

SECRET = b"taken at 55.6761 N, 12.5683 E"
PAGE = b"<script>alert(1)</script>"


@pytest.mark.parametrize(("content", "kind"), [(a_png(), PNG), (a_jpeg(400, 100), JPEG)])
def test_a_picture_is_known_by_its_content_and_keeps_what_is_seen(
    content: bytes, kind: str
) -> None:
    found = read_picture(content)
    assert (found.kind, found.content) == (kind, content)


def test_the_sides_of_a_picture_are_read() -> None:
    assert (read_picture(a_png(480, 120)).width, read_picture(a_png(480, 120)).height) == (480, 120)
    found = read_picture(a_jpeg(400, 100, frame=0xC2))
    assert (found.width, found.height) == (400, 100)


@pytest.mark.parametrize(
    "content",
    [
        a_png(more=chunk(b"tEXt", SECRET)),
        a_png(more=chunk(b"eXIf", SECRET)),
        a_png(after=PAGE),
        a_png(after=b"PK\x03\x04" + SECRET),
        a_jpeg(more=segment(0xE1, b"Exif\0\0" + SECRET)),
        a_jpeg(more=segment(0xFE, PAGE)),
        a_jpeg(after=PAGE),
    ],
)
def test_what_hides_in_a_picture_is_left_out(content: bytes) -> None:
    kept = read_picture(content).content
    assert SECRET not in kept
    assert PAGE not in kept
    assert read_picture(kept).content == kept


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(40),
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        PAGE + a_png(),
        a_png()[:-20],
        a_png()[:60] + b"\0" + a_png()[61:],
        a_png(more=chunk(b"EVIL", SECRET)),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b""),
        a_png(30_000, 1),
        a_png(1, 2_001),
        a_jpeg(0, 100),
        a_jpeg(400, 100, frame=0xC3),
        a_jpeg()[:-2],
        b"\xff\xd8\xff",
        b"\xff\xd8" + PAGE,
        a_png() + bytes(MOST_BYTES),
    ],
)
def test_what_is_no_picture_of_ours_is_refused_with_a_way_out(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_picture(content)
    assert refused.value.field == "logo"
    assert refused.value.remedy


@given(st.binary(max_size=200), st.integers(0, 400), st.sampled_from([a_png(40, 20), a_jpeg()]))
def test_no_bytes_make_it_fail_otherwise(noise: bytes, place: int, picture: bytes) -> None:
    try:
        kept = read_picture(picture[:place] + noise + picture[place + len(noise) :]).content
    except InvalidInput:
        return
    assert read_picture(kept).content == kept
