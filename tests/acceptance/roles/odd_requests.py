"""Requests that no browser would send: any address, any method, parts and fields of any kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from django.test import Client
from django.urls import NoReverseMatch, reverse
from hypothesis import strategies as st

from tests.acceptance.roles.conftest import PATTERNS, Stage
from tests.security.hostile import EVERYTHING, NUL
from tests.security.test_hostile_texts import ASKED, FIELDS

METHODS = ("GET", "POST", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
CONTENT_TYPES = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "application/json; charset=nowhere",
    "text/plain; charset=utf-16",
    "",
)
HEADERS: Mapping[str, Sequence[str]] = {
    "HX-Request": ("true", "x" * 500),
    "HX-Target": ("panel", "<i>"),
    "Accept-Language": ("de", "ja;q=0.5, *", "x" * 5000, "a-" * 60),
    "Accept": ("application/json", "x/y;q=nan"),
    "Authorization": ("Bearer", "Bearer classbell_" + "0" * 38, "Basic !!", "Bearer a.b.c"),
    "Cookie": ("classbell_session=x; classbell_csrf=y; ;;==", "\x80=\x81"),
    "If-Modified-Since": ("yesterday", "Mon, 30 Feb 2026 25:61:61 GMT", "9" * 400),
    "If-None-Match": ('"x"', "*", ",,,"),
    "Origin": ("null", "https://evil.example"),
    "Range": ("bytes=0-1", "bytes=-9999999999999999999"),
    "X-Classbell-Report-Key": ("x", "\xff"),
    "X-Forwarded-For": ("1.2.3.4", "::1%eth0, ,x", "," * 500),
    "X-Request-ID": ("a" * 64, "é", "a b"),
}
ODD = (
    *EVERYTHING.values(),
    *("", " ", "0", "-1", "1", "on", "true", "null", "NaN", "Infinity", "1e400", "٣", "²", "½"),
    *("9" * 30, str(2**31), str(2**63), "-9223372036854775809", "1.5", "0x10", "1_000", "007"),
    *("0000-00-00T00:00", "0001-01-01T00:00", "9999-12-31T23:59", "2027-03-28T02:30"),
    *("2027-02-30", "2026-11", "9999-12", "0001-01", "0000-01", "2026-W01", "24:00", "T"),
    *("Europe/Copenhagen", "../UTC", "Etc/GMT+12", "localtime", "posixrules", "de", "xx-YY"),
    *("a@b", "a@xn--", "@", "x" * 64 + "@" + "y" * 300 + ".example", "a@contoso.example"),
    *("//evil.example", "https://[::1", "http://\x7f", "data:text/html,x", "/\\evil.example"),
    *(NUL, "\udc80", "\u202e", "\ufeff", "İ", "ﬀ" * 90, "🏳️‍🌈", "a\u0301" * 120),
)

TEXT = st.text(max_size=60)


class _Fields(HTMLParser):
    """Collects the names of fields, and the values that a page offers for them."""

    def __init__(self) -> None:
        super().__init__()
        self.offered: dict[str, set[str]] = {}
        self._choosing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"input", "button", "textarea", "select"} and given.get("name"):
            self.offered.setdefault(given["name"], set()).add(given.get("value", "on"))
            self._choosing = given["name"] if tag == "select" else self._choosing
        if tag == "option" and self._choosing:
            self.offered[self._choosing].add(given.get("value", ""))


@dataclass(frozen=True)
class Odd:
    """One request.

    Attributes:
        part: who asks.
        name: of the address's pattern.
    """

    part: str
    name: str
    method: str
    address: str
    query: dict[str, list[str]]
    fields: dict[str, list[str]]
    raw: bytes | None
    content_type: str
    headers: dict[str, str]

    def send(self, client: Client) -> Any:
        """Return the answer; a fault of the server is raised."""
        whole = self.address + ("?" + _encoded(self.query) if self.query else "")
        headers = {name: value for name, value in self.headers.items() if name != "Cookie"}
        if self.headers.get("Cookie") and self.part == "nobody":
            headers["Cookie"] = self.headers["Cookie"]
        if self.raw is not None:
            return client.generic(
                self.method, whole, self.raw, content_type=self.content_type, headers=headers
            )
        if self.method == "POST":
            form = "application/x-www-form-urlencoded"
            body = _encoded(self.fields).encode()
            return client.generic("POST", whole, body, content_type=form, headers=headers)
        return client.generic(self.method, whole, headers=headers)


def _encoded(values: Mapping[str, Sequence[str]]) -> str:
    """Encode fields as a form does, and halves of characters as nobody should."""
    return "&".join(
        f"{quote(name)}={quote(one.encode('utf-8', 'surrogatepass'))}"
        for name, many in values.items()
        for one in many
    )


def offered_by_pages(stage: Stage) -> dict[str, list[str]]:
    """Walk all pages as the owner, and return the fields of their forms with what they offer."""
    reader = _Fields()
    owner = stage.browser("owner").client
    for name in filter(None, PATTERNS):
        answer = owner.get(stage.address(name))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            reader.feed(answer.content.decode())
    return {name: sorted(values)[:40] for name, values in sorted(reader.offered.items())}


@dataclass(frozen=True)
class Oddities:
    """What requests are made of.

    Attributes:
        stage: whose addresses are asked.
        offered: fields of forms, with values that pages offer.
        ids: of things of everybody's, to be sent where one's own are expected.
        parts: who asks.
    """

    stage: Stage
    offered: Mapping[str, Sequence[str]]
    ids: Sequence[str]
    parts: Sequence[str]

    def requests(self) -> st.SearchStrategy[Odd]:
        """Return requests to every address of the stage."""
        return st.sampled_from(sorted(str(one) for one in PATTERNS)).flatmap(self._to)

    def _to(self, name: str) -> st.SearchStrategy[Odd]:
        fields = st.lists(st.sampled_from(self._names()), max_size=25, unique=True).flatmap(
            lambda names: st.fixed_dictionaries({one: self._values(one) for one in names})
        )
        headers = st.lists(st.sampled_from(sorted(HEADERS)), max_size=3, unique=True).flatmap(
            lambda names: st.fixed_dictionaries(
                {one: st.sampled_from(HEADERS[one]) for one in names}
            )
        )
        return st.builds(
            Odd,
            part=st.sampled_from(self.parts),
            name=st.just(name),
            method=st.sampled_from(METHODS),
            address=self._addresses(name),
            query=st.one_of(st.just({}), fields),
            fields=fields,
            raw=st.one_of(st.none(), st.none(), st.binary(max_size=200)),
            content_type=st.sampled_from(CONTENT_TYPES),
            headers=headers,
        )

    def _names(self) -> list[str]:
        return sorted({*FIELDS, *ASKED, *self.offered})

    def _values(self, name: str) -> st.SearchStrategy[list[str]]:
        """Return values for a field: mostly one, and mostly one that a page would send."""
        odd = st.one_of(st.sampled_from(ODD), st.sampled_from(self.ids), TEXT)
        offered = self.offered.get(name)
        one = st.one_of(st.sampled_from(offered), st.sampled_from(offered), odd) if offered else odd
        return st.one_of(*[st.lists(one, min_size=1, max_size=1)] * 5, st.lists(one, max_size=3))

    def _addresses(self, name: str) -> st.SearchStrategy[str]:
        """Return an address as it should be, or with other parts where the pattern takes them."""
        right = self.stage.address(name)
        keys = list(PATTERNS[name].pattern.converters)
        odd = st.one_of(st.sampled_from(self.ids), st.sampled_from(ODD), TEXT)
        ours = st.just(str(self.stage.common["slug"]))
        parts = {key: st.one_of(ours, odd) if key == "slug" else odd for key in keys}
        other = st.fixed_dictionaries(parts).map(lambda values: _reversed(name, values) or right)
        return st.one_of(st.just(right), st.just(right), other) if keys else st.just(right)


def _reversed(name: str, values: Mapping[str, str]) -> str:
    """Return the address with these parts; empty where the pattern does not take them."""
    try:
        return reverse(name, kwargs=dict(values))
    except (NoReverseMatch, UnicodeEncodeError):
        return ""
