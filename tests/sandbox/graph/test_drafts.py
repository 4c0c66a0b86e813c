"""Drafts: saved, changed, sent, found again in Sent Items, and looked for by properties."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.sandbox.graph.harness import Sandbox
from tests.sandbox.graph.test_mail import ANA, message

LEARNING = "learning@contoso.example"
PROPERTY = "String {66F5A359-4659-4830-9070-00047EC6AC6E} Name LmsEnvelope"
IMMUTABLE = 'IdType="ImmutableId"'
SENT = "/me/mailFolders/sentitems/messages"


def draft(sandbox: Sandbox, **members: object) -> dict[str, Any]:
    """Save a draft and return it, with its immutable id."""
    answer = sandbox.ask("POST", "/me/messages", message(ANA, **members), Prefer=IMMUTABLE)
    assert answer.status_code == 201, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


def carrying(value: str) -> dict[str, Any]:
    """Return the members that give a message our property."""
    return {"singleValueExtendedProperties": [{"id": PROPERTY, "value": value}]}


def condition(identity: str, value: str) -> str:
    """Return a condition on an extended property, ready to stand in an address."""
    text = f"singleValueExtendedProperties/any(ep: ep/id eq '{identity}' and ep/value eq '{value}')"
    return quote(text)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_draft_is_saved_and_reaches_nobody(sandbox: Sandbox) -> None:
    saved = draft(sandbox, bccRecipients=[{"emailAddress": {"address": "hidden@else.example"}}])
    assert saved["isDraft"] is True
    assert saved["internetMessageId"].startswith("<")
    assert saved["bccRecipients"][0]["emailAddress"]["address"] == "hidden@else.example"
    (found,) = sandbox.get("/me/mailFolders/drafts/messages")["value"]
    assert found["subject"] == "You are enrolled"
    assert sandbox.get(f"/me/messages/{found['id']}")["id"] == found["id"]
    assert sandbox.get("/me/mailFolders/drafts")["totalItemCount"] == 1
    sandbox.later(hours=1)
    assert sandbox.world.mailboxes.received() == []


def test_a_draft_that_is_sent_is_nowhere_for_a_moment_and_then_in_sent_items(
    sandbox: Sandbox,
) -> None:
    saved = draft(sandbox, **carrying("0f3c"))
    usual = sandbox.get("/me/messages")["value"][0]["id"]
    sent = sandbox.ask("POST", f"/me/messages/{saved['id']}/send", raw=b"")
    assert (sent.status_code, sent.content) == (202, b"")
    assert sandbox.get("/me/messages")["value"] == []
    assert code_of(sandbox.ask("GET", f"/me/messages/{saved['id']}")) == (404, "ErrorItemNotFound")
    sandbox.later(seconds=4)
    (copy,) = sandbox.ask("GET", SENT, Prefer=IMMUTABLE).json()["value"]
    assert copy["id"] == saved["id"]
    assert copy["internetMessageId"] == saved["internetMessageId"]
    assert copy["createdDateTime"] == saved["createdDateTime"]
    assert (copy["isDraft"], copy["isRead"]) == (False, True)
    # The usual id changed with the move, as it does in the service.
    assert sandbox.ask("GET", f"/me/messages/{usual}").status_code == 404
    (arrived,) = sandbox.inbox(ANA)
    assert arrived["internetMessageId"] == saved["internetMessageId"]
    again = sandbox.ask("POST", f"/me/messages/{saved['id']}/send", raw=b"")
    assert again.status_code == 400
    assert len(sandbox.inbox(ANA)) == 1


def test_above_the_pace_a_sent_draft_waits_and_its_copy_with_it(sandbox: Sandbox) -> None:
    sandbox.world.mailboxes.limits.messages_per_minute = 1
    for _ in range(2):
        saved = draft(sandbox)
        assert sandbox.ask("POST", f"/me/messages/{saved['id']}/send").status_code == 202
    sandbox.later(seconds=30)
    assert (len(sandbox.inbox(ANA)), len(sandbox.get(SENT)["value"])) == (1, 1)
    sandbox.later(seconds=40)
    assert (len(sandbox.inbox(ANA)), len(sandbox.get(SENT)["value"])) == (2, 2)


def test_a_message_is_found_by_our_property_in_whatever_folder(sandbox: Sandbox) -> None:
    saved = draft(sandbox, **carrying("0f3c"))
    draft(sandbox, **carrying("another"))
    wanted = f"/me/messages?$filter={condition(PROPERTY, '0f3c')}"
    bare = sandbox.get(wanted)["value"]
    assert len(bare) == 1
    assert "singleValueExtendedProperties" not in bare[0]
    sandbox.ask("POST", f"/me/messages/{saved['id']}/send")
    assert sandbox.get(wanted)["value"] == []
    sandbox.later(seconds=4)
    asked = quote(f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')")
    (found,) = sandbox.get(f"{wanted}&$select=id,isDraft&$expand={asked}")["value"]
    assert found["isDraft"] is False
    # The service spells the set's number in small letters, whatever it was given.
    kept = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name LmsEnvelope"
    assert found["singleValueExtendedProperties"] == [{"id": kept, "value": "0f3c"}]
    assert "subject" not in found


def test_our_property_stays_in_the_writers_mailbox(sandbox: Sandbox) -> None:
    saved = draft(sandbox, **carrying("0f3c"), internetMessageHeaders=[
        {"name": "x-lms-envelope", "value": "0f3c"}])  # fmt: skip
    sandbox.ask("POST", f"/me/messages/{saved['id']}/send")
    path = f"/me/messages?$filter={condition(PROPERTY, '0f3c')}"
    assert sandbox.get(path, caller=ANA)["value"] == []
    found = sandbox.get("/me/messages?$select=internetMessageHeaders", caller=ANA)["value"][0]
    assert found["internetMessageHeaders"] == [{"name": "x-lms-envelope", "value": "0f3c"}]


@pytest.mark.parametrize("spelling", ["String 0x001A", "String 0x1a", "string 0x1A"])
def test_a_property_of_mapi_is_asked_for_by_its_number(sandbox: Sandbox, spelling: str) -> None:
    draft(sandbox)
    path = f"/me/messages?$filter={condition(spelling, 'IPM.Note')}"
    asked = quote(f"singleValueExtendedProperties($filter=id eq '{spelling}')")
    (found,) = sandbox.get(f"{path}&$expand={asked}")["value"]
    assert found["singleValueExtendedProperties"] == [{"id": "String 0x1a", "value": "IPM.Note"}]


def test_lists_are_narrowed_sorted_and_paged(sandbox: Sandbox) -> None:
    for number in range(5):
        draft(sandbox, subject=f"Message {number}")
        sandbox.later(minutes=1)
    since = quote("createdDateTime ge 2026-11-23T08:02:00Z")
    first = sandbox.get(
        f"/me/messages?$filter={since}&$orderby=createdDateTime%20desc&$top=2&$count=true"
    )
    assert [one["subject"] for one in first["value"]] == ["Message 4", "Message 3"]
    assert first["@odata.count"] == 3
    second = sandbox.get(first["@odata.nextLink"])
    assert [one["subject"] for one in second["value"]] == ["Message 2"]
    named = quote(f"internetMessageId eq '{first['value'][0]['internetMessageId']}'")
    (same,) = sandbox.get(f"/me/messages?$filter={named}")["value"]
    assert same["subject"] == "Message 4"


@pytest.mark.parametrize(
    ("filtered", "ordered"),
    [
        ("subject eq 'Message'", "receivedDateTime"),
        ("subject eq 'x' and receivedDateTime ge 2026-01-01T00:00:00Z", "receivedDateTime"),
        ("receivedDateTime ge 2026-01-01T00:00:00Z", "receivedDateTime,subject"),
    ],
)
def test_what_is_sorted_by_must_be_filtered_by_first(
    sandbox: Sandbox, filtered: str, ordered: str
) -> None:
    answer = sandbox.ask("GET", f"/me/messages?$filter={quote(filtered)}&$orderby={ordered}")
    assert code_of(answer) == (400, "InefficientFilter")


def test_a_draft_is_changed_until_it_is_sent(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    path = f"/me/messages/{saved['id']}"
    changed = sandbox.ask("PATCH", path, {"subject": "Changed", "toRecipients": []})
    assert changed.json()["subject"] == "Changed"
    assert code_of(sandbox.ask("POST", f"{path}/send")) == (400, "ErrorInvalidRecipients")
    people = [{"emailAddress": {"address": "no address"}}]
    sandbox.ask("PATCH", path, {"toRecipients": people})
    assert code_of(sandbox.ask("POST", f"{path}/send")) == (400, "ErrorInvalidRecipients")
    people = [{"emailAddress": {"address": ANA}}]
    stale = sandbox.ask("PATCH", path, {"toRecipients": people}, If_Match=saved["@odata.etag"])
    assert code_of(stale) == (412, "ErrorIrresolvableConflict")
    sandbox.ask("PATCH", path, {"toRecipients": people})
    assert sandbox.ask("POST", f"{path}/send").status_code == 202
    sandbox.later(seconds=4)
    refused = sandbox.ask("PATCH", path, {"subject": "Too late"})
    assert code_of(refused) == (400, "ErrorInvalidPropertyUpdateSentMessage")
    assert sandbox.ask("PATCH", path, {"isRead": False}).json()["isRead"] is False


def test_deleting_moves_to_deleted_items_and_then_away(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    path = f"/me/messages/{saved['id']}"
    assert sandbox.ask("DELETE", path).status_code == 204
    (found,) = sandbox.get("/me/mailFolders/deleteditems/messages")["value"]
    assert found["isDraft"] is True
    assert sandbox.get("/me/mailFolders/drafts/messages")["value"] == []
    assert sandbox.ask("DELETE", path).status_code == 204
    assert code_of(sandbox.ask("DELETE", path)) == (404, "ErrorItemNotFound")
    assert code_of(sandbox.ask("POST", f"{path}/send")) == (404, "ErrorItemNotFound")


def test_a_message_is_moved_between_folders(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    body = {"DestinationId": "deleteditems"}
    moved = sandbox.ask("POST", f"/me/messages/{saved['id']}/move", body, Prefer=IMMUTABLE)
    assert (moved.status_code, moved.json()["id"]) == (201, saved["id"])
    back = {"destinationId": sandbox.get("/me/mailFolders/drafts")["id"]}
    assert sandbox.ask("POST", f"/me/messages/{saved['id']}/move", back).status_code == 201
    nowhere = sandbox.ask("POST", f"/me/messages/{saved['id']}/move", {"destinationId": "junk!"})
    assert code_of(nowhere) == (400, "ErrorInvalidIdMalformed")
    assert [one["displayName"] for one in sandbox.get("/me/mailFolders")["value"]] == [
        "Inbox", "Drafts", "Sent Items", "Deleted Items",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"internetMessageHeaders": [{"name": "List-Id", "value": "x"}]}, 400,
         "InvalidInternetMessageHeader"),
        ({"from": {"emailAddress": {"address": ANA}}}, 403, "ErrorSendAsDenied"),
        ({"colour": "red"}, 400, "RequestBodyRead"),
        ({"singleValueExtendedProperties": [{"id": "nonsense", "value": "x"}]}, 400,
         "ErrorInvalidExtendedProperty"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_not_saved(
    sandbox: Sandbox, members: dict[str, Any], status: int, code: str
) -> None:
    answer = sandbox.ask("POST", "/me/messages", message(ANA, **members))
    assert code_of(answer) == (status, code)
    assert sandbox.get("/me/messages")["value"] == []


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("POST", "/me/messages", "Mail.Read Mail.Send"),
        ("GET", "/me/messages", "Mail.Send"),
        ("GET", "/me/mailFolders/inbox/messages", "Mail.Send"),
        ("PATCH", "/me/messages/{id}", "Mail.Read Mail.Send"),
        ("DELETE", "/me/messages/{id}", "Mail.Read"),
        ("POST", "/me/messages/{id}/send", "Mail.ReadWrite"),
        ("POST", "/me/messages/{id}/move", "Mail.Read Mail.Send"),
        ("GET", "/me/messages/{id}/attachments", "Mail.Send"),
        ("POST", "/me/messages/{id}/attachments/createUploadSession", "Mail.Send"),
    ],
)
def test_each_call_needs_its_permission(
    sandbox: Sandbox, method: str, path: str, scopes: str
) -> None:
    saved = draft(sandbox)
    answer = sandbox.ask(method, path.format(id=saved["id"]), {}, scopes=scopes)
    assert code_of(answer) == (403, "ErrorAccessDenied")
    assert sandbox.get("/me/messages")["value"][0]["isDraft"] is True


def test_reading_needs_no_more_than_reading(sandbox: Sandbox) -> None:
    draft(sandbox)
    answer = sandbox.ask("GET", "/me/messages", scopes="Mail.Read")
    assert len(answer.json()["value"]) == 1


def test_nobody_reads_the_drafts_of_others(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    for stranger in (ANA, "rosa.fabri@fabrikam.example"):
        answer = sandbox.ask("GET", f"/me/messages/{saved['id']}", caller=stranger)
        assert code_of(answer) == (404, "ErrorItemNotFound")
    colleague = sandbox.ask("GET", f"/users/{LEARNING}/messages", caller=ANA)
    assert code_of(colleague) == (403, "ErrorAccessDenied")


def test_a_full_mailbox_saves_and_sends_nothing_but_still_receives(sandbox: Sandbox) -> None:
    saved = draft(sandbox)
    sandbox.world.mailboxes.trouble.set_quota(LEARNING, 1)
    full = (403, "ErrorQuotaExceeded")
    assert code_of(sandbox.ask("POST", "/me/messages", message(ANA))) == full
    assert code_of(sandbox.ask("POST", "/me/sendMail", {"message": message(ANA)})) == full
    assert code_of(sandbox.ask("POST", f"/me/messages/{saved['id']}/send")) == full
    to_us = {"message": message(LEARNING)}
    assert sandbox.ask("POST", "/me/sendMail", to_us, caller=ANA).status_code == 202
    assert len(sandbox.inbox(LEARNING)) == 1
    sandbox.world.mailboxes.trouble.set_quota(LEARNING, None)
    assert sandbox.ask("POST", f"/me/messages/{saved['id']}/send").status_code == 202


def test_a_meetings_message_says_what_it_is(sandbox: Sandbox) -> None:
    sandbox.create(attendees=[{"type": "required", "emailAddress": {"address": ANA}}])
    (found,) = sandbox.get("/me/messages", caller=ANA)["value"]
    assert found["@odata.type"] == "#microsoft.graph.eventMessageRequest"
