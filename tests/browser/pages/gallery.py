"""The gallery of the documentation: a picture of every page, made anew by `make gallery`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page

DOCS = Path(__file__).parents[3] / "docs"
PICTURES = DOCS / "images" / "gallery"
INDEX = DOCS / "gallery.md"
HEAD = """# Gallery

Every page of the Admin Center, as the tests met it in a browser; `make gallery` takes them
anew. They show the example programme in a catalog whose account has just been connected.
"""
ENTRY = re.compile(
    r"^## (?P<title>.+)\n\n!\[.*\]\(images/gallery/(?P<name>[\w-]+)\.png\)", re.MULTILINE
)


def entries() -> dict[str, str]:
    """Return the titles of the gallery's pictures, by the name of their page."""
    text = INDEX.read_text(encoding="utf-8") if INDEX.exists() else ""
    return {found["name"]: found["title"] for found in ENTRY.finditer(text)}


def keep(page: Page, name: str) -> None:
    """Take a page's picture for the gallery, where it is made anew."""
    if not os.environ.get("RENEW_GALLERY"):
        return
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", caret="initial")
    title = page.title().removesuffix(" – Classbell Admin Center").removesuffix(" – Classbell")
    titles = entries() | {name: title}
    lines = [
        f"## {title}\n\n![{title}](images/gallery/{name}.png)\n" for name, title in titles.items()
    ]
    INDEX.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
