"""The browser without a screen sends what a browser would send."""

from __future__ import annotations

from classbell.cli.demo.page import Page

FORM = """
<form method="post" action="/courses">
  <label for="way">People enrol</label>
  <select id="way" name="way"><option value="one">One</option><option value="all" selected>All
  </option></select>
  <select name="first"><option value="a">A</option><option value="b">B</option></select>
  <label for="about">Description</label>
  <textarea id="about" name="about">
Bring a pencil &amp; paper.</textarea>
  <button type="submit">Save</button>
</form>
"""


def test_choices_and_texts_are_sent_as_they_stand() -> None:
    (form,) = Page(FORM).forms
    assert form.values() == {"way": "all", "first": "a", "about": "Bring a pencil & paper."}
    chosen = form.field("People enrol")
    assert chosen is not None
    assert chosen.value == "all"
