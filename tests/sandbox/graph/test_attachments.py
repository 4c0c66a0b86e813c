"""Files of drafts: small ones in one piece, large ones by upload session."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from jsonschema import Draft202012Validator

from tests.contract.graph_mail import PIECE_TAKEN
from tests.sandbox.graph.harness import Sandbox
from tests.sandbox.graph.test_drafts import code_of, draft
from tests.sandbox.graph.test_mail import ANA

MEGABYTE = 1024 * 1024
LARGE = 3 * MEGABYTE + 5
CHUNK = 2 * MEGABYTE
CONTENT = bytes(range(256)) * (LARGE // 256) + b"x" * (LARGE % 256)


def begin(sandbox: Sandbox, identity: str, size: int = LARGE, **more: object) -> httpx2.Response:
    """Ask for an upload session."""
    item = {"attachmentType": "file", "name": "plan.pdf", "size": size, **more}
    path = f"/me/messages/{identity}/attachments/createUploadSession"
    return sandbox.ask("POST", path, {"AttachmentItem": item})


async def _put(
    sandbox: Sandbox, method: str, url: str, content: bytes | None, headers: dict[str, str]
) -> httpx2.Response:
    transport = httpx2.ASGITransport(sandbox.app)
    async with httpx2.AsyncClient(transport=transport) as web:
        return await web.request(method, url, content=content, headers=headers)


def put(
    sandbox: Sandbox, url: str, start: int, content: bytes, total: int = LARGE, **headers: str
) -> httpx2.Response:
    """Send one piece of a file, without any token."""
    span = f"bytes {start}-{start + len(content) - 1}/{total}"
    return sandbox.wait(_put(sandbox, "PUT", url, content, {"Content-Range": span, **headers}))


def test_a_large_file_comes_in_pieces_and_travels_with_the_message(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    session = begin(sandbox, saved["id"], contentType="application/pdf").json()
    assert session["nextExpectedRanges"] == ["0-"]
    url = session["uploadUrl"]
    first = put(sandbox, url, 0, CONTENT[:CHUNK])
    assert (first.status_code, first.json()["NextExpectedRanges"]) == (200, [str(CHUNK)])
    assert not list(Draft202012Validator(PIECE_TAKEN).iter_errors(first.json()))
    assert sandbox.get(f"/me/messages/{saved['id']}/attachments")["value"] == []
    last = put(sandbox, url, CHUNK, CONTENT[CHUNK:])
    assert (last.status_code, last.content) == (201, b"")
    (found,) = sandbox.get(f"/me/messages/{saved['id']}/attachments?$select=id,name,size")["value"]
    assert (found["name"], found["size"]) == ("plan.pdf", LARGE)
    assert "contentBytes" not in found
    assert last.headers["location"].endswith(f"/Attachments('{found['id']}')")
    assert sandbox.get(f"/me/messages/{saved['id']}")["hasAttachments"] is True
    sandbox.ask("POST", f"/me/messages/{saved['id']}/send")
    arrived = sandbox.get("/me/messages", caller=ANA)["value"][0]["id"]
    (file,) = sandbox.get(f"/me/messages/{arrived}/attachments", caller=ANA)["value"]
    received = base64.b64decode(file["contentBytes"])
    assert hashlib.sha256(received).digest() == hashlib.sha256(CONTENT).digest()
    assert file["contentType"] == "application/pdf"
    assert put(sandbox, url, 0, CONTENT[:CHUNK]).status_code == 404


def test_pieces_go_to_another_host_where_no_token_is_taken(sandbox: Sandbox) -> None:
    url = begin(sandbox, draft(sandbox)["id"]).json()["uploadUrl"]
    assert urlsplit(url).hostname == "localhost"
    with_token = put(sandbox, url, 0, CONTENT[:CHUNK], Authorization="Bearer some-token")
    assert with_token.status_code == 401
    assert put(sandbox, url[:-2] + "xx", 0, CONTENT[:CHUNK]).status_code == 401
    assert put(sandbox, url, 0, CONTENT[:CHUNK]).status_code == 200
    log = [one for one in sandbox.world.log.find(path="AttachmentSessions") if one.status == 200]
    assert "authtoken=[secret]" in log[0].query


@pytest.mark.parametrize(
    ("start", "size", "total", "status"),
    [(CHUNK, 100, LARGE, 416), (0, 100, LARGE + 1, 400), (LARGE - 50, 100, LARGE, 400),
     (0, 4 * MEGABYTE + 1, 8 * MEGABYTE, 413)],
)  # fmt: skip
def test_pieces_come_in_order_and_fit(
    sandbox: Sandbox, start: int, size: int, total: int, status: int
) -> None:
    declared = total if status == 413 else LARGE
    url = begin(sandbox, draft(sandbox)["id"], declared).json()["uploadUrl"]
    assert put(sandbox, url, start, b"x" * size, total).status_code == status
    assert put(sandbox, url, 0, b"x" * 100, declared).status_code == 200


def test_an_upload_is_given_up_or_forgotten_after_its_time(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    given_up, late = (begin(sandbox, saved["id"]).json() for _ in range(2))
    answer = sandbox.wait(_put(sandbox, "DELETE", given_up["uploadUrl"], None, {}))
    assert (answer.status_code, answer.content) == (204, b"")
    assert put(sandbox, given_up["uploadUrl"], 0, b"x").status_code == 404
    sandbox.later(hours=2)
    assert put(sandbox, late["uploadUrl"], 0, b"x").status_code == 404


@pytest.mark.parametrize(
    ("size", "more", "status", "code"),
    [
        (3_000_000 - 1, {}, 400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize"),
        (150_000_000 + 1, {}, 413, "ErrorMessageSizeExceeded"),
        (LARGE, {"name": ""}, 400, "ErrorInvalidRequest"),
        (LARGE, {"attachmentType": "reference"}, 400, "ErrorInvalidRequest"),
        (LARGE, {"colour": "red"}, 400, "RequestBodyRead"),
    ],
)
def test_what_is_no_large_file_gets_no_session(
    sandbox: Sandbox, size: int, more: dict[str, Any], status: int, code: str
) -> None:
    assert code_of(begin(sandbox, draft(sandbox)["id"], size, **more)) == (status, code)


def test_a_small_file_is_added_in_one_piece(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    file = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "session.ics",
        "contentType": "text/calendar",
        "contentBytes": base64.b64encode(b"BEGIN:VCALENDAR").decode(),
    }
    path = f"/me/messages/{saved['id']}/attachments"
    added = sandbox.ask("POST", path, file)
    assert added.status_code == 201
    one = sandbox.get(f"{path}/{added.json()['id']}")
    assert base64.b64decode(one["contentBytes"]) == b"BEGIN:VCALENDAR"
    assert sandbox.ask("GET", f"{path}/{saved['id']}").status_code == 404
    sandbox.ask("POST", f"/me/messages/{saved['id']}/send")
    sandbox.later(seconds=4)
    late = sandbox.ask("POST", path, file)
    assert code_of(late) == (400, "ErrorInvalidPropertyUpdateSentMessage")


def test_a_message_above_the_services_size_is_not_sent(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    sandbox.world.mailboxes.limits.message_bytes = LARGE - 1
    url = begin(sandbox, saved["id"]).json()["uploadUrl"]
    put(sandbox, url, 0, CONTENT[:CHUNK])
    assert put(sandbox, url, CHUNK, CONTENT[CHUNK:]).status_code == 201
    refused = sandbox.ask("POST", f"/me/messages/{saved['id']}/send")
    assert code_of(refused) == (413, "ErrorMessageSizeExceeded")


def test_uploads_outlive_neither_their_draft_nor_a_restart(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    url = begin(sandbox, saved["id"]).json()["uploadUrl"]
    for _ in range(2):
        sandbox.ask("DELETE", f"/me/messages/{saved['id']}")
    assert put(sandbox, url, 0, b"x").status_code == 404
    other = begin(sandbox, draft(sandbox)["id"]).json()["uploadUrl"]
    sandbox.world.mailboxes.restore(sandbox.world.mailboxes.snapshot())
    assert put(sandbox, other, 0, b"x").status_code == 404
