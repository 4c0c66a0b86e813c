"""Non-delivery reports in the shapes servers give them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from classbell.microsoft.graph import GraphMail
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Bounce
from tests.unit.microsoft.graph_stub import ME, GraphStub

SINCE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CAME = "2026-11-23T08:00:00.1234567Z"
ORIGINAL = "<0f3c@contoso.example>"
KEY = "5e7a0c52-1d0c-4a9e-8f43-9b8d5f1f2a10"
HEADERS = (
    "\nReceived: from a by b (15.20.7135.11)\nTo: Ana <ana@x.example>, Bo <bo@y.example>\n"
    f"Subject: 550 5.4.1\nx-classbell-envelope: {KEY}\n"
)
MODERN = f"""Your message to ana@x.example couldn't be delivered.
ana wasn't found at x.example.
More Info for Email Admins
Status code: 550 5.1.10
Original Message Details
Created Date: 11/23/2026 8:00:00 AM
Sender Address: learning@contoso.example
Recipient Address: ana@x.example
Subject: Module 5.7.1
Error Details
Error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
Message rejected by: AM0PR01MB1234.eurprd01.prod.exchange.example
Original Message Headers{HEADERS}"""
GERMAN = f"""Ihre Nachricht an ana@x.example wurde nicht zugestellt.
550 5.1.1 unbekannt
Ursprüngliche Kopfzeilen:{HEADERS}"""


def report(text: str, original: str = ORIGINAL, came: str = CAME) -> dict[str, Any]:
    """Return a report as Graph shows it."""
    mine = {"emailAddress": {"address": "Learning@contoso.example"}}
    return {
        "id": "r",
        "receivedDateTime": came,
        "body": {"contentType": "text", "content": text},
        "toRecipients": [mine],
        "singleValueExtendedProperties": [{"id": "String 0x1042", "value": original}]
        if original
        else [],
    }


def read(*reports: dict[str, Any]) -> list[Bounce]:
    graph = GraphStub(httpx2.Response(200, json={"value": list(reports)}))
    return list(GraphMail(graph.client).bounces(ME, SINCE))


def facts(*reports: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.recipient, one.code) for one in read(*reports)]


def test_a_report_says_who_was_not_reached_and_why() -> None:
    text = (
        "Your message to ana@x.example couldn't be delivered.\n"
        "Diagnostic information for administrators:\nGenerating server: AM6PR01.example\n"
        "ana@x.example\nRemote server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; nobody'"
        "\nOriginal message headers:" + HEADERS
    )
    (bounce,) = read(report(text))
    assert bounce == Bounce(
        ORIGINAL,
        "ana@x.example",
        "5.1.10",
        "The address does not exist.",
        datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC),
        KEY,
    )


def test_each_recipient_has_its_own_code_and_those_only_mentioned_are_left_out() -> None:
    text = (
        "Write to postmaster@x.example about ana@x.example and bo@y.example.\n"
        "ana@x.example\n552 5.2.2 mailbox full\n"
        "<bo@y.example>: 550 5.7.1 refused by policy 5.4.1\n"
        "learning@contoso.example 550 5.0.0\n" + HEADERS
    )
    assert facts(report(text)) == [("ana@x.example", "5.2.2"), ("bo@y.example", "5.7.1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MODERN, [("ana@x.example", "5.1.10")]),
        (GERMAN, [("ana@x.example", "5.1.1")]),
        ("ana@x.example #5.1.1 smtp;550 5.1.1 no such user", [("ana@x.example", "5.1.1")]),
        ("#550 5.4.316 Message expired, connection refused##", [("", "5.4.316")]),
        ("Nobody knows why ana@x.example has not got it.", [("ana@x.example", "")]),
        ("Server 10.5.1.10 and version 15.20.7135.11 say nothing", [("", "")]),
        ("", [("", "")]),
    ],
)  # fmt: skip
def test_whatever_can_be_understood_is(text: str, expected: list[tuple[str, str]]) -> None:
    assert facts(report(text)) == expected


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("5.2.2", "The recipient's mailbox is full."),
        ("5.7.233", "The organisation has reached its recipients outside for the day."),
        ("5.7.999", "The recipient's mail server refuses the mail."),
        ("5.9.9", "The mail could not be delivered."),
    ],
)
def test_the_reason_is_a_sentence_of_ours(code: str, reason: str) -> None:
    (bounce,) = read(report(f"ana@x.example\n550 {code} <secret subject line>"))
    assert (bounce.code, bounce.reason) == (code, reason)


def test_reports_about_the_mail_of_others_are_left_alone() -> None:
    foreign = "ana@x.example 550 5.1.1\nFrom: a\nMessage-ID: <other@contoso.example>\n"
    assert read(report(foreign), report("ana@x.example 550 5.1.1", original="")) == []


def test_our_header_alone_is_enough() -> None:
    (bounce,) = read(report(f"ana@x.example 550 5.1.1{HEADERS}", original=""))
    assert (bounce.internet_message_id, bounce.key) == ("", KEY)


def test_the_question_narrows_and_sorts_as_graph_allows_it() -> None:
    graph = GraphStub(httpx2.Response(200, json={"value": []}))
    assert GraphMail(graph.client).bounces(ME, SINCE) == []
    (asked,) = graph.requests
    assert asked.url.path == "/v1.0/me/mailFolders/inbox/messages"
    assert asked.url.params["$filter"].startswith("receivedDateTime ge 2026-11-23T07:00:00Z and ")
    assert asked.url.params["$orderby"] == "receivedDateTime"
    assert 'outlook.body-content-type="text"' in asked.headers["prefer"]


def test_a_report_without_a_time_makes_no_sense() -> None:
    with pytest.raises(ProviderFailure) as caught:
        read(report("ana@x.example 550 5.1.1", came=""))
    assert caught.value.verdict.kind is VerdictKind.RETRY
