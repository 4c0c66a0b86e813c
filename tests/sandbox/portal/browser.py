"""Asks the portal for pages and holds each against the rules every page keeps."""

import asyncio
import re
from html.parser import HTMLParser

import httpx2

from m365sandbox.app import build_app
from m365sandbox.public import PublicNames
from m365sandbox.world import World
from tests.sandbox.graph.harness import Sandbox


class Outline(HTMLParser):
    """What a page is made of, as far as these rules ask."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))


class Browser:
    """A browser without scripts."""

    def __init__(self, world: World, runner: asyncio.Runner) -> None:
        self.world = world
        self.runner = runner
        self.graph = Sandbox(world, runner)
        self.app = build_app(world, PublicNames())

    async def _ask(
        self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8365") as web:
            return await web.request(method, path, data=form, headers=headers)

    def get(self, path: str) -> httpx2.Response:
        """Return whatever a path answers."""
        return self.runner.run(self._ask("GET", path, None, {}))

    def page(self, path: str) -> str:
        """Return a page after holding it against the rules."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        check_page(answer)
        return answer.text

    def post(self, path: str, form: dict[str, str], **headers: str) -> httpx2.Response:
        """Send a form."""
        return self.runner.run(self._ask("POST", path, form, headers))

    def links(self, path: str, pattern: str) -> list[str]:
        """Return the addresses on a page that fit a pattern."""
        return re.findall(rf'href="({pattern})"', self.page(path))


def check_page(answer: httpx2.Response) -> None:
    """Assert that a page is marked, titled, labelled and free of script and style of its own."""
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    outline = Outline()
    outline.feed(answer.text)
    assert '<html lang="en">' in answer.text
    assert "This is not Microsoft" in answer.text
    assert outline.tags.count("h1") == outline.tags.count("main") == 1
    assert not {"script", "style"} & set(outline.tags)
    labelled = {one.get("for") for one in outline.attributes if "for" in one}
    for tag, attributes in zip(outline.tags, outline.attributes, strict=True):
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        if tag in {"input", "select"} and attributes.get("type") != "hidden":
            assert attributes.get("id") in labelled, attributes
        if tag == "iframe":
            assert attributes.get("title")
            assert "allow-scripts" not in str(attributes.get("sandbox"))
    identities = [one["id"] for one in outline.attributes if "id" in one]
    assert len(identities) == len(set(identities))
