"""Texts that somebody would type who wants to do harm, and what shows that they did."""

from __future__ import annotations

from html.parser import HTMLParser

ACTIVE = {
    "script": "<script>evil(1)</script>",
    "image": "<img src=x onerror=evil(1)>",
    "attribute": '" onfocus=evil(1) autofocus x="\'><b evil>',
    "link": "javascript:evil(1)",
    "comment": "--></title></textarea></style></script><svg onload=evil(1)>",
    "htmx": '<i hx-get=/evil hx-trigger=load hx-on::load="evil(1)">',
    "template": "{{1337*7331}}{%print(1337*7331)%}{#c#}${1337*7331}#{1337*7331}<%=1337*7331%>",
    "variable": "{PERSON NAME}{SIGN-IN LINK}{NOWHERE}[[MESSAGE]]",
}
"""Would run in a page, or on the server, where somebody forgot to escape."""

WORKED_OUT = "9801547"
"""What a server would make of the template."""

PLAIN = {
    "header": "a\r\nBcc: evil@evil.example\r\n\r\nevil",
    "equals": '=HYPERLINK("//evil.example")',
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "minus": "-2+3",
    "tab": "\t=1+1",
    "rtl": "\u202egnp.evil\u2066",
    "wildcards": "%_*?[a-z]\\",
    "path": "../../../../etc/passwd",
    "quote": "'; DROP TABLE storage_course; --",
    "format": "%s%n%(password)s{0.__class__}",
    "long": "x" * 300_000,
}
"""Would do something in a mail, a spreadsheet, a query, a path or a log."""

EVERYTHING = ACTIVE | PLAIN
NUL = "a\0b"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("a script")
        if tag in {"style", "base", "object", "embed"}:
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            leads = name in {"href", "src", "action", "formaction", "data"} or name == "hx-get"
            if name.startswith(("on", "hx-on")) or name in {"evil", "style", "srcdoc"}:
                self.found.append(f"{tag} {name}")
            if leads and value.strip().lower().startswith(("javascript:", "vbscript:", "/evil")):
                self.found.append(f"{tag} {name}={value}")


def active_content(html: str, *, is_mail: bool = False) -> list[str]:
    """Return what in a page of ours runs that is not ours, or was worked out by the server.

    A mail is styled by itself, and stands in a document that can do nothing.
    """
    reader = _Elements()
    reader.feed(html)
    reader.close()
    worked_out = ["an expression"] if WORKED_OUT in html else []
    found = [one for one in reader.found if not (is_mail and "style" in one)]
    return found + worked_out
