"""The sample events of the examples, as a platform sends them."""

from __future__ import annotations

import json
from pathlib import Path

from examples.bridge.receive import Headers
from tests.architecture.sources import ROOT

Event = tuple[Headers, bytes]


def trust(_headers: Headers, _body: bytes) -> None:
    """Take everything as proven."""


def files(platform: str) -> list[Path]:
    return sorted((ROOT / "examples" / platform / "events").glob("*.json"))


def events(platform: str) -> list[Event]:
    samples = [json.loads(path.read_text("utf-8")) for path in files(platform)]
    return [(one["headers"], json.dumps(one["body"]).encode()) for one in samples]
