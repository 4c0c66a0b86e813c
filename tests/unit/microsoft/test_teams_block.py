"""The Teams block of a meeting's body survives our changes."""

from __future__ import annotations

import pytest

from classbell.microsoft.graph.teams_block import reads_the_same, split_body, with_block

JOIN = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%7d"
LINE = f'<div style="height:20px"><span>{"_" * 80}</span></div>'
PLAIN_BLOCK = f'<div class="me-email-text"><div><a href="{JOIN}">Join</a></div></div>'
BLOCKS = [
    PLAIN_BLOCK,
    LINE + PLAIN_BLOCK + LINE,
    f'<div><div><a href="{JOIN}">Join</a></div></div>'[5:-6],
    PLAIN_BLOCK.replace("teams.microsoft.com/l/meetup-join", "teams.microsoft.com/meet"),
]
OURS = "<p>Bring your <b>badge</b> &amp; a pen.</p>"


def wrapped(inner: str) -> str:
    head = '<head><meta content="text/html"><style>p {color: red}</style></head>'
    return f'<html>{head}<body lang="en">\r\n{inner}\r\n</body></html>'


@pytest.mark.parametrize("block", BLOCKS)
def test_a_new_text_keeps_the_block(block: str) -> None:
    changed = with_block("<p>New words.</p>", wrapped(OURS + block))
    assert block in changed
    assert "New words." in changed
    assert "badge" not in changed


def test_a_body_without_a_meeting_is_simply_replaced() -> None:
    assert with_block("<p>New</p>", wrapped(OURS)) == "<p>New</p>"


def test_the_same_words_in_other_markup_read_the_same() -> None:
    current = wrapped(
        "<div>\r\n<p>Bring  your <strong>badge</strong>\r\n&amp; a&nbsp;pen.</p></div>"
    )
    assert reads_the_same(OURS, current.replace("&nbsp;", " "))
    assert reads_the_same(OURS, wrapped(OURS + BLOCKS[1]))


@pytest.mark.parametrize(
    "other", ["<p>Bring your badge.</p>", OURS + '<a href="https://contoso.example/map">map</a>']
)
def test_other_words_or_links_do_not_read_the_same(other: str) -> None:
    assert not reads_the_same(other, wrapped(OURS + BLOCKS[0]))


def test_a_body_of_plain_words_has_no_block() -> None:
    assert split_body("Hello") == ("Hello", "")
    assert split_body(f"Join at {JOIN}") == (f"Join at {JOIN}", "")
