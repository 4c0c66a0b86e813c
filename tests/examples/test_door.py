"""Who is let in at a bridge's door, and what a bridge needs to stand alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import sys
import threading
import time
from collections.abc import Mapping
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from classbell_client import CatalogClient
from examples.bridge.facts import Facts
from examples.bridge.receive import Bridge, serve
from examples.moodle.__main__ import signed_with
from examples.moodle.translate import FACE_TO_FACE
from examples.moodle.translate import translate as from_moodle
from examples.openedx.__main__ import bearing
from examples.openedx.translate import translate as from_openedx
from tests.architecture.sources import ROOT
from tests.examples.samples import events

MOODLE = "MOODLE-42"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def post(port: int, headers: Mapping[str, str], body: bytes) -> int:
    address = f"http://127.0.0.1:{port}/"
    request = Request(address, data=body, headers=dict(headers))
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 -- ours
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def test_moodle_proves_itself_over_http(academy: CatalogClient) -> None:
    """The server answers in this thread, which has the database; Moodle is another one."""
    bridge = Bridge(academy, Facts(":memory:"), from_moodle, signed_with(SECRET), FACE_TO_FACE)
    server = serve(bridge, 0)
    headers, body = events("moodle")[0]
    stamp = str(int(time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    right = {**headers, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    statuses: list[int] = []
    for sent in ((right, body), (right, body + b" "), (right | {"webhook-timestamp": "1"}, body)):
        moodle = threading.Thread(target=lambda: statuses.append(post(server.server_port, *sent)))  # noqa: B023 -- it has ended before the next
        moodle.start()
        server.handle_request()
        moodle.join()
    server.server_close()
    assert statuses == [200, 401, 401]
    assert [one.code for one in academy.courses()] == [MOODLE]


def test_without_a_secret_nobody_is_let_in(academy: CatalogClient) -> None:
    headers, body = events("openedx")[0]
    empty = {**headers, "Authorization": "Bearer "}
    for secret, status in (("", 401), ("right", 401)):
        bridge = Bridge(academy, Facts(":memory:"), from_openedx, bearing(secret))
        assert bridge.receive(empty, body)[0] == status
    moodle = Bridge(academy, Facts(":memory:"), from_moodle, signed_with(""))
    assert moodle.receive(*events("moodle")[0])[0] == 401


def test_the_bridges_know_the_client_and_nothing_of_classbell() -> None:
    """Whoever takes them away needs the client alone."""
    imported = {
        name.split(".")[0]
        for path in (ROOT / "examples").rglob("*.py")
        for name in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert imported <= {*sys.stdlib_module_names, "classbell_client", "examples"}
    assert "classbell_client" in imported
