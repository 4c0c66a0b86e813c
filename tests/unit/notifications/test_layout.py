"""The layout of mail: whole in every look and language, readable, and sound in Outlook."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.layout.colours import ENOUGH, checked_colour, contrast, ink_on
from classbell.domain.notifications.layout.layout import (
    Around,
    copy_note,
    in_theme,
    layout,
    preheader,
    with_pictures_inside,
)
from classbell.domain.notifications.layout.look import Logo, Look
from classbell.domain.notifications.layout.words import WORDS
from classbell.domain.notifications.template import fill_html, variables_in
from classbell.ports.errors import InvalidInput
from classbell.ports.mail import Mail
from tests.mail_html import dangers, parsed
from tests.pictures import a_png

LOGO = Logo("image/png", 240, 60, a_png())
PLAIN = Look("Contoso Academy", "Contoso")
BRANDED = Look("Contoso Academy", "Contoso", "#ffb900", LOGO)
BUTTON = '<p><a class="button" href="https://a.example/">Join</a></p>'


def message_of(kind: str, language: str) -> str:
    """Return a kind's own text, filled with what is as long as it may get."""
    text = default_text(kind, language).message
    values = {
        name: "https://meet.example/join/" + "x" * 120 if name.endswith("LINK") else f"«{name}»"
        for name in variables_in(text)
    }
    return fill_html(text, values)


def a_mail(message: str, look: Look = BRANDED, around: Around | None = None) -> str:
    beside = around or Around("A copy.", "https://lms.example/preferences/token")
    return layout(look, "en").dress("Fire safety & you", message, beside).html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("look", [PLAIN, BRANDED, Look("", "Contoso"), Look()])
def test_every_kind_is_whole_in_every_language_and_look(language: str, look: Look) -> None:
    for kind in REGISTRY:
        html = layout(look, language).dress("Subject", message_of(kind, language)).html
        mail = parsed(html)
        assert not mail.unbalanced, kind
        assert not dangers(html), kind
        assert "[[" not in html
        assert mail.of("html")[0]["lang"] == language
        assert mail.of("html")[0]["dir"] == "ltr"
        assert len(mail.of("h1")) == 1
        assert {table.get("role") for table in mail.of("table")} == {"presentation"}
        assert all(image.get("alt") for image in mail.of("img"))


def test_a_mail_says_who_it_is_from_why_one_gets_it_and_how_to_get_less() -> None:
    mail = parsed(a_mail("<p>Hello</p>"))
    assert "Contoso Academy" in mail.of("img")[0]["alt"]
    assert "from Contoso because it concerns you in the course catalog “Contoso Academy”" in (
        mail.text
    )
    assert "https://lms.example/preferences/token" in mail.links()
    assert "A copy." in mail.text
    bare = parsed(a_mail("<p>Hello</p>", around=Around()))
    assert bare.links() == []
    assert "Contoso Academy" in parsed(a_mail("<p>a</p>", PLAIN)).text


def test_the_plain_text_says_the_same() -> None:
    around = Around("A copy.", "https://lms.example/preferences/token")
    text = layout(BRANDED, "en").dress("Subject", "<p>Hello</p>" + BUTTON, around).text
    note, hello, button, line, *foot = [part for part in text.splitlines() if part]
    assert (note, hello, button, line) == (
        "A copy.",
        "Hello",
        "Join (https://a.example/)",
        "----",
    )
    assert foot[0].startswith("You get this message from Contoso")
    assert foot[1] == ("Choose which messages you get: https://lms.example/preferences/token")


def test_the_first_words_are_hidden_and_shown_by_lists_of_mail() -> None:
    html = a_mail(f"<p>Hello &lt;Ana&gt;,</p><p>{'word ' * 60}</p>")
    hidden = re.search(r'<div style="display:none[^>]*mso-hide:all;">(.*?)</div>', html)
    assert hidden is not None
    assert hidden[1].startswith("Hello &lt;Ana&gt;, word word")
    assert len(preheader("word " * 60)) <= 110
    assert preheader("x" * 300) == "x" * 110


def test_a_button_is_a_padded_cell_and_says_where_it_leads_once() -> None:
    html = a_mail(BUTTON)
    mail = parsed(html)
    (cell,) = [one for one in mail.of("td") if "mso-padding-alt:12px 24px" in one["style"]]
    assert cell["bgcolor"] == "#ffb900"
    (link,) = [one for one in mail.of("a") if one["href"] == "https://a.example/"]
    assert "color:#000000" in link["style"]
    assert 'class="button"' not in html
    assert "<p></p>" not in html


@pytest.mark.parametrize(
    "message",
    [
        '<p>Before <a href="https://a.example/" class="button">Join</a> after</p>',
        '<p><b><a class="button" href="https://a.example/">Join</a></b></p>',
        '<ul><li><a class="button" href="https://a.example/">Join</a></li></ul>',
        '<a class="button" href="https://a.example/">Join</a>',
        f"{BUTTON}{BUTTON}",
        '<p><a class="button" href="https://a.example/?a=1&amp;b=2">a <b>b</b></a></p>',
        '<p>One<br>two <a class="button" href="https://a.example/">Join</a><br></p>',
    ],
)
def test_a_button_anywhere_is_whole(message: str) -> None:
    html = a_mail(message)
    mail = parsed(html)
    assert not mail.unbalanced
    assert "\0" not in html
    assert len([one for one in mail.links() if one.startswith("https://a.example/")]) == (
        message.count("<a")
    )
    nested = re.search(r"<p[^>]*>(?:(?!</p>).)*<table", html, re.DOTALL)
    assert nested is None, "a table within a paragraph"


def test_a_message_with_its_own_heading_gets_no_second_one() -> None:
    mail = parsed(a_mail("<h1>Welcome</h1><p>Hello</p>"))
    assert len(mail.of("h1")) == 1
    assert "Welcome" in mail.text


@given(st.integers(0, 0xFFFFFF))
def test_text_on_every_colour_can_be_read(colour: int) -> None:
    chosen = f"#{colour:06x}"
    assert contrast(ink_on(chosen), chosen) >= ENOUGH
    html = layout(Look("C", "O", chosen), "en").dress("S", "<p>x</p>").html
    head = next(one for one in parsed(html).of("td") if one.get("bgcolor") == chosen)
    assert f";color:{ink_on(chosen)};" in head["style"]


def test_links_can_be_read_and_are_underlined_whatever_the_colour() -> None:
    for colour in ("#ffff00", "#ffffff", "#123456"):
        html = a_mail('<p><a href="https://a.example/">a</a></p>', Look("C", "O", colour))
        (link,) = [one for one in parsed(html).of("a") if one["href"] == "https://a.example/"]
        assert "text-decoration:underline" in link["style"]
        ink = re.search(r"color:(#[0-9a-f]{6})", link["style"])
        assert ink is not None
        assert contrast(ink[1], "#ffffff") >= ENOUGH


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        ("#ffffff", "#242424"),
        ("#f0f0f0", "#242424"),
        ("#f5f5f5", "#5c5c5c"),
        ("#242424", "#f5f5f5"),
        ("#333333", "#f5f5f5"),
        ("#141414", "#c7c7c7"),
        ("#242424", "#8ec1f7"),
    ],
)
def test_the_layouts_own_colours_can_be_read(paper: str, ink: str) -> None:
    html = a_mail("<p>Hello</p>")
    assert paper in html
    assert ink in html
    assert contrast(ink, paper) >= ENOUGH


@pytest.mark.parametrize("typed", ["red", "#12345", "#1234567", "#ggg000", "url(x)", "#fff;a:b"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_colour(typed)
    assert refused.value.field == "colour"


def test_a_colour_is_kept_in_one_spelling() -> None:
    assert [checked_colour(typed) for typed in ("#0F6CBD", "0f6cbd ", "")] == [
        "#0f6cbd",
        "#0f6cbd",
        "",
    ]


UNKNOWN_TO_WORD = re.compile(
    r"display:\s*(flex|grid|inline-flex|inline-grid)|position:|float:|background-image|"
    r"background:|\d(rem|vw|vh|ch)\b|calc\(|var\(|object-fit|transform:|@import|url\(|gap:|"
    r"inset|margin-inline|padding-inline|margin-block|padding-block|text-align:\s*(start|end)"
)
"""What Outlook for Windows, which lays mail out as Word does, knows nothing of.

https://learn.microsoft.com/en-us/previous-versions/office/developer/office-2007/aa338201(v=office.12)
"""


@pytest.mark.parametrize("look", [PLAIN, BRANDED])
def test_the_layout_uses_nothing_that_outlook_for_windows_does_not_know(look: Look) -> None:
    rich = (
        "<h1>a</h1><h2>b</h2><h3>c</h3><blockquote><p>d</p></blockquote><ul><li>e</li></ul>"
        "<ol><li>f</li></ol><hr><table><tr><th>g</th><td>h</td></tr></table>" + BUTTON
    )
    html = a_mail(rich, look)
    assert not UNKNOWN_TO_WORD.search(html)
    mail = parsed(html)
    for tag, has in mail.elements:
        if "max-width" in has.get("style", ""):
            assert tag == "table"
    # What Word does not hold to, a table of a fixed width does, for Word alone.
    assert any('width="600"' in comment for comment in mail.comments)
    opened = sum("<table" in comment for comment in mail.comments)
    assert opened == sum("</table>" in comment for comment in mail.comments)
    for image in mail.of("img"):
        assert image["width"].isdigit()
        assert image["height"].isdigit()
    for tag, has in mail.elements:
        if "background-color" in has.get("style", "") and tag in {"td", "table"}:
            assert "bgcolor" in has, "Word colours cells by their attribute"


def test_everything_that_is_read_has_at_least_fourteen_pixels() -> None:
    html = a_mail("<h3>a</h3><p>b</p>" + BUTTON)
    sizes = {int(size) for size in re.findall(r"font-size:(\d+)px", html)}
    assert sizes >= {14, 16, 22}
    assert min(sizes - {1, 4}) == 14


def test_dark_colours_are_there_for_programs_that_choose_and_for_outlook() -> None:
    html = a_mail("<p>Hello</p>")
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme:dark)" in html
    assert "[data-ogsc] .card" in html
    assert "@media all{" in in_theme(html, dark=True)
    assert "@media not all{" in in_theme(html, dark=False)


def test_a_page_shows_the_logo_itself() -> None:
    mail = Mail("S", a_mail("<p>Hello</p>"), attachments=(LOGO.file,))
    html = with_pictures_inside(mail)
    assert "cid:" not in html
    assert "data:image/png;base64," in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_says_of_whose_mail(language: str) -> None:
    assert "Ana Sørensen" in copy_note(language, name="Ana Sørensen", count=1)
    assert "12" in copy_note(language, name="", count=12)


def test_the_layout_speaks_every_language() -> None:
    assert WORDS.keys() == LANGUAGES.keys()
    said = [text for words in WORDS.values() for text in (words.choose, words.why_installation)]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    "title", ["[[SUBJECT]]", "[[NOWHERE]]", "{catalog}", "<b>&\"'", "\0" + "0"]
)
def test_names_are_only_names(title: str) -> None:
    html = layout(Look(title, title), "en").dress(title, f"<p>{'x'}</p>").html
    assert not dangers(html)
    assert not parsed(html).unbalanced
