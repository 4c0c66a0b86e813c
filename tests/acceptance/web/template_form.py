"""The editor's form as a browser would send it back."""

from __future__ import annotations

import re
from html import unescape

from tests.acceptance.web.page import Page

AREA = re.compile(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', re.DOTALL)
SELECT = re.compile(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'value="([^"]*)" selected')


def form_of(page: Page) -> dict[str, str]:
    """Return what the editor's form sends if nothing is typed; its line ends are the web's."""
    names = [given.get("id") for _, given in page.elements]
    inside = page.elements[names.index("template") :]
    sent = {
        given["name"]: given.get("value", "")
        for tag, given in inside
        if tag == "input"
        and "name" in given
        and (given.get("type") != "checkbox" or "checked" in given)
    }
    for name, text in AREA.findall(page.html):
        sent[name] = unescape(text).replace("\n", "\r\n")
    for name, options in SELECT.findall(page.html):
        found = CHOSEN.search(options)
        sent[name] = found[1] if found else ""
    del sent["csrfmiddlewaretoken"]
    return sent
