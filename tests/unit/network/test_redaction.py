"""Nothing secret reaches a log."""

from __future__ import annotations

import pytest

from classbell.network.redaction import REDACTED, loggable_path, redact_event, redact_text

JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhYmMifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"got {JWT} back",
        f"Authorization: Bearer {JWT}",
        "Bearer abcdef.123",
        "1.AXoAabcdefghijklmnopqrstuvwxyz0123456789",
        "/signin/callback?code=0.secret-code&state=secret-state",
        '{"refresh_token": "secret-token"}',
        "client_secret=secret-value&grant_type=x",
        "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=secret-proof=",
        "endpoint=https://lms.example/;accesskey=secret-key==",
    ],
)
def test_tokens_codes_and_secrets_disappear_from_text(text: str) -> None:
    cleaned = redact_text(text)
    assert REDACTED in cleaned
    for secret in ("eyJ", "abcdef", "secret-"):
        assert secret not in cleaned


def test_ordinary_words_stay() -> None:
    text = "AADSTS50173: The grant was revoked. Trace ID: 6b0c"
    assert redact_text(text) == text


def test_an_events_sensitive_keys_are_emptied_and_its_texts_cleaned() -> None:
    event: dict[str, object] = {"event": f"sent {JWT}", "Access_Token": "abc", "status": 200}
    assert redact_event(None, "info", event) == {
        "event": f"sent {REDACTED}",
        "Access_Token": REDACTED,
        "status": 200,
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://graph.example/v1.0/me/events?$filter=x", "/v1.0/me/events"),
        (
            "https://graph.example/v1.0/users/ana@contoso.example/events",
            "/v1.0/users/{mailbox}/events",
        ),
        ("https://graph.example/v1.0/users/ana%40contoso.example", "/v1.0/users/{mailbox}"),
        ("https://graph.example", "/"),
    ],
)
def test_a_logged_path_names_no_person_and_no_query(url: str, shown: str) -> None:
    assert loggable_path(url) == shown
