"""A browser without a screen: keeps cookies for each host and presses buttons by their text."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from classbell.cli.demo.page import Page
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpAnswer, HttpRequest

MOST_REDIRECTS = 20
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class DoesNotHold(Exception):
    """A step of the story did not come out as the help article says."""


class Browser:
    """Walks pages like a person would, over real HTTP.

    Args:
        door: the HTTP door.
    """

    def __init__(self, door: HttpDoor) -> None:
        self._door = door
        self._cookies: dict[str, dict[str, str]] = {}
        self.url = ""
        self.status = 0
        self.page = Page("")

    def open(self, url: str) -> Page:
        """Go to an address and follow redirects."""
        return self._go("GET", urljoin(self.url, url), {})

    def press(self, text: str, fill: Mapping[str, str] | None = None) -> Page:
        """Fill the fields of the form that has this button, and press it.

        Args:
            text: what stands on the button.
            fill: field label or name to value; ``on`` ticks a box and an empty text unticks it.

        Raises:
            DoesNotHold: there is no such button or field on the page.
        """
        form = next((each for each in self.page.forms if each.button(text)), None)
        button = form.button(text) if form else None
        if form is None or button is None:
            raise DoesNotHold(f"There is no button «{text}» on {self.url}: {self.page.text[:400]}")
        values = form.values()
        for label, value in (fill or {}).items():
            control = form.field(label)
            if control is None:
                raise DoesNotHold(f"There is no field «{label}» beside «{text}» on {self.url}.")
            if control.kind in {"checkbox", "radio"} and not value:
                values.pop(control.name, None)
            else:
                values[control.name] = control.value if value == "on" else value
        if button.name:
            values[button.name] = button.value
        action = urljoin(self.url, self.page.action_of(form, button) or self.url)
        return self._go("POST" if form.method == "post" else "GET", action, values)

    def _go(self, method: str, url: str, values: Mapping[str, str]) -> Page:
        """Send one request and follow where it leads."""
        for _ in range(MOST_REDIRECTS):
            answer = self._send(method, url, values)
            if answer.status not in REDIRECTS:
                self.url, self.status, self.page = url, answer.status, Page(answer.text)
                return self.page
            url = urljoin(url, answer.headers.get("location", ""))
            method, values = "GET", {}
        raise DoesNotHold(f"{url} redirects without end.")

    def _send(self, method: str, url: str, values: Mapping[str, str]) -> HttpAnswer:
        """Send one request with this host's cookies, and keep those it sets."""
        host = urlsplit(url).netloc
        jar = self._cookies.setdefault(host, {})
        headers = {"Accept": "text/html"}
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if self.url:
            headers["Referer"] = self.url
        if method == "POST":
            headers["Origin"] = "{0.scheme}://{0.netloc}".format(urlsplit(self.url))
        if method == "GET" and values:
            url = f"{url.partition('?')[0]}?{urlencode(values)}"
        form = dict(values) if method == "POST" else None
        answer = self._door.call(
            HttpRequest(method=method, url=url, service="demo", headers=headers, form=form)
        )
        for line in answer.set_cookies:
            for name, morsel in SimpleCookie(line).items():
                jar[name] = morsel.value
        return answer
