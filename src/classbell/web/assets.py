"""Style sheet, scripts and icons: read once, named by their content, kept for ever by browsers."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

ROOT = Path(__file__).parent / "static"

# The parts in the order of the cascade; one file means one request.
STYLE_SHEET = (
    "tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/actions.css",
    "css/messages.css",
    "css/tables.css",
    "css/forms.css",
    "css/blocks.css",
    "css/editor.css",
    "css/mail.css",
    "css/meters.css",
    "css/charts.css",
    "css/overlays.css",
    "css/menus.css",
    "css/state.css",
    "css/print.css",
)
SOURCES: Mapping[str, tuple[str, ...]] = {
    "classbell.css": STYLE_SHEET,
    "classbell.js": ("classbell.js",),
    "editor.js": ("editor.js", "variables.js"),
    "htmx.js": ("htmx.min.js",),
    "icons.svg": ("icons.svg",),
    "favicon.svg": ("favicon.svg",),
}
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served. ``public_name`` carries a hash of the content."""

    public_name: str
    content_type: str
    body: bytes
    compressed: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Read all assets, by their plain names. A restart reads them anew."""
    return {name: _asset(name, parts) for name, parts in SOURCES.items()}


def _asset(name: str, parts: tuple[str, ...]) -> Asset:
    """Join the parts of one asset and name it by its content."""
    body = b"\n".join((ROOT / part).read_bytes() for part in parts)
    stem, suffix = name.rsplit(".", 1)
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(
        public_name=f"{stem}.{digest}.{suffix}",
        content_type=CONTENT_TYPES[f".{suffix}"],
        body=body,
        compressed=gzip.compress(body, 9, mtime=0),
    )


def asset_url(name: str) -> str:
    """Return the address of an asset, such as ``/static/classbell.1f2e3d4c5b6a.css``."""
    return reverse("asset", args=[assets()[name].public_name])


@require_safe
def asset(request: HttpRequest, public_name: str) -> HttpResponse:
    """Serve one asset; its name changes with its content, so browsers may keep it for ever."""
    found = next((one for one in assets().values() if one.public_name == public_name), None)
    if found is None:
        raise Http404
    compress = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        found.compressed if compress else found.body, content_type=found.content_type
    )
    if compress:
        response["Content-Encoding"] = "gzip"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
