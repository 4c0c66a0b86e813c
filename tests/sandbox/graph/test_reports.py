"""Reports of non-delivery, as the sender's Inbox holds them and a client finds them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.graph.harness import Sandbox
from tests.sandbox.graph.test_drafts import condition, draft
from tests.sandbox.graph.test_mail import ANA, message

ELSEWHERE = "zoe@elsewhere.example"


def to(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": one}} for one in addresses]


def reports(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the reports in our Inbox as a client asks for them."""
    asked = quote("singleValueExtendedProperties($filter=id eq 'String 0x1042')")
    since = quote("receivedDateTime ge 2026-01-01T00:00:00Z and ")
    kind = condition("String 0x001A", "REPORT.IPM.Note.NDR")
    path = f"/me/mailFolders/inbox/messages?$filter={since}{kind}&$expand={asked}"
    text = 'outlook.body-content-type="text"'
    answer = sandbox.ask("GET", f"{path}&$orderby=receivedDateTime", Prefer=text)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def test_an_address_that_does_not_exist_comes_back_with_what_it_was_about(sandbox: Sandbox) -> None:
    header = {"name": "x-lms-envelope", "value": "0f3c"}
    people = to(ANA, "nobody@contoso.example")
    saved = draft(sandbox, bccRecipients=people, internetMessageHeaders=[header])
    sandbox.ask("POST", f"/me/messages/{saved['id']}/send")
    sandbox.ask("POST", "/me/sendMail", {"message": message("learning@contoso.example")})
    (report,) = reports(sandbox)
    assert report["subject"] == "Undeliverable: You are enrolled"
    assert report["singleValueExtendedProperties"] == [
        {"id": "String 0x1042", "value": saved["internetMessageId"]}
    ]
    text = report["body"]["content"]
    assert "nobody@contoso.example" in text.partition("x-lms-envelope")[0]
    assert "550 5.1.10 RESOLVER.ADR.RecipientNotFound" in text
    assert "x-lms-envelope: 0f3c" in text
    assert len(sandbox.inbox(ANA)) == 1


@pytest.mark.parametrize("wanted", [ELSEWHERE, "@elsewhere.example"])
def test_mail_to_the_outside_comes_back_as_it_is_steered(sandbox: Sandbox, wanted: str) -> None:
    trouble = sandbox.world.mailboxes.trouble
    trouble.set_bounce(wanted.upper(), "554 5.7.1 Message refused")
    sandbox.ask("POST", "/me/sendMail", {"message": message(ELSEWHERE, "ok@other.example")})
    (report,) = reports(sandbox)
    assert "554 5.7.1 Message refused" in report["body"]["content"]
    assert "ok@other.example" not in report["body"]["content"].partition("administrators")[0]
    assert (len(sandbox.inbox(ELSEWHERE)), len(sandbox.inbox("ok@other.example"))) == (0, 1)
    trouble.set_bounce(wanted, None)
    sandbox.ask("POST", "/me/sendMail", {"message": message(ELSEWHERE)})
    assert len(sandbox.inbox(ELSEWHERE)) == 1


def test_nothing_comes_back_about_what_arrived(sandbox: Sandbox) -> None:
    sandbox.ask("POST", "/me/sendMail", {"message": message(ANA)})
    assert reports(sandbox) == []
