"""Mail in two steps where only the sandbox can make the trouble: races, sizes, faults."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from classbell.microsoft.graph import GraphClient, GraphMail
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Attachment, Mailbox, SightingState
from m365sandbox.testing import Sandbox
from m365sandbox.world import World
from tests.contract.conftest import SERVICE_ACCOUNT, TRACING
from tests.contract.tracing import DELAY, NOBODY, ZOE, Route, arrived, failing, look, mail, send


def test_a_paused_sender_cannot_send_the_draft_that_was_looked_up(
    traced_route: Route, sandbox: Sandbox
) -> None:
    sent = mail()
    traced_route.stop_after_the_draft()
    key, _ = failing(traced_route, sent)
    headers = {"Authorization": f"Bearer {traced_route.mailbox.access_token}"}
    below = f"{sandbox.graph_url}/v1.0/me"
    with sandbox.browser() as paused:
        wanted = {"Prefer": 'IdType="ImmutableId"', **headers}
        drafts = paused.get(f"{below}/mailFolders/drafts/messages", headers=wanted).json()["value"]
        path = f"{below}/messages/{drafts[0]['id']}/send"
        # The look-up is stopped as well, between making the draft unfit and deleting it.
        sandbox.control.add_fault(path="*/me/messages/*", method="DELETE", status=503, count=1)
        assert look(traced_route, key) is SightingState.NEVER_SENT
        late = paused.post(path, headers=headers)
    assert late.json()["error"]["code"] == "ErrorInvalidRecipients"
    assert look(traced_route, key) is SightingState.NEVER_SENT
    traced_route.wait(timedelta(minutes=1))
    assert arrived(traced_route, sent) == 0


def test_a_draft_that_is_sent_while_it_is_looked_up_is_under_way(
    traced_route: Route, sandbox: Sandbox
) -> None:
    key, _ = send(traced_route, mail())
    traced_route.wait(DELAY + timedelta(seconds=2))
    sandbox.control.add_fault(
        path="*/me/messages",
        method="GET",
        status=200,
        body={"value": [{"id": "AAkA", "isDraft": True}]},
    )
    body = {"error": {"code": "ErrorItemNotFound", "message": "Gone."}}
    sandbox.control.add_fault(path="*/messages/AAkA", method="PATCH", status=404, body=body)
    assert look(traced_route, key) is SightingState.UNDER_WAY
    assert look(traced_route, key) is SightingState.SENT


def test_the_mail_of_others_stays_where_it_is(traced_route: Route, sandbox: Sandbox) -> None:
    token = sandbox.access_token(SERVICE_ACCOUNT, *sorted(TRACING))
    headers = {"Authorization": f"Bearer {token}"}
    message = {"subject": "By hand", "toRecipients": [{"emailAddress": {"address": NOBODY}}]}
    begun = traced_route.now()
    with sandbox.browser() as outlook:
        below = f"{sandbox.graph_url}/v1.0/me"
        outlook.post(f"{below}/messages", json=message, headers=headers)
        outlook.post(f"{below}/sendMail", json={"message": message}, headers=headers)
        traced_route.wait(timedelta(minutes=1))
        traced_route.sender.sweep(traced_route.mailbox, traced_route.now())
        found = outlook.get(f"{below}/messages", headers=headers).json()["value"]
    assert [one["subject"] for one in found].count("By hand") == 2
    # A report that repeats the headers of a mail without ours is about a mail of somebody else.
    assert list(traced_route.sender.bounces(traced_route.mailbox, begun)) == []


@pytest.mark.parametrize("sizes", [(3_500_000,), (9_000_000, 20), (2_000_000, 2_000_000, 900_000)])
def test_files_of_any_size_arrive_whole(
    traced_route: Route, sandbox: Sandbox, sizes: tuple[int, ...]
) -> None:
    files = tuple(
        Attachment(f"plan {n}.bin", "application/pdf", bytes([n + 65]) * (size - 3) + b"end")
        for n, size in enumerate(sizes)
    )
    sent = mail(attachments=files)
    send(traced_route, sent)

    def received(world: World) -> dict[str, tuple[str, bytes]]:
        mailboxes = world.mailboxes
        item = next(
            one
            for one in mailboxes.items(ZOE.address)
            if mailboxes.letter(one).subject == sent.subject
        )
        letter = mailboxes.letter(item)
        return {one.name: (one.content_type, one.content) for one in letter.attachments}

    assert sandbox.run(received) == {one.name: (one.content_type, one.content) for one in files}


def test_without_the_permission_a_large_mail_is_refused_before_the_wire(
    traced_route: Route, sandbox: Sandbox, graph: GraphClient, service_account: Mailbox
) -> None:
    before = len(sandbox.control.log(limit=5000))
    large = mail(attachments=(Attachment("plan.pdf", "application/pdf", b"x" * 3_500_000),))
    with pytest.raises(ProviderFailure) as caught:
        GraphMail(graph).send(service_account, large)
    verdict = caught.value.verdict
    assert (verdict.kind, verdict.code) == (VerdictKind.REFUSED, "message_too_large")
    assert "Mail.ReadWrite" in verdict.explanation
    assert len(sandbox.control.log(limit=5000)) == before
    assert arrived(traced_route, large) == 0


def test_a_permission_that_was_taken_back_costs_certainty_and_no_mail(
    traced_route: Route, service_account: Mailbox
) -> None:
    sent = mail()
    key = str(uuid4())
    accepted = traced_route.sender.send_traced(service_account, sent, key)
    assert accepted.request_id
    assert not accepted.provider_id
    assert arrived(traced_route, sent) == 1
    with pytest.raises(ProviderFailure) as caught:
        traced_route.sender.look_up(service_account, key, traced_route.now())
    assert caught.value.verdict.permission == "Mail.ReadWrite"
    assert not caught.value.verdict.concerns_the_account


def test_a_full_mailbox_concerns_the_whole_account(traced_route: Route, sandbox: Sandbox) -> None:
    sandbox.control.mailbox(SERVICE_ACCOUNT, quota_bytes=0)
    sent = mail()
    _, verdict = failing(traced_route, sent)
    assert verdict.kind is VerdictKind.MAILBOX_UNUSABLE
    assert verdict.code == "ErrorQuotaExceeded"
    assert verdict.concerns_the_account
    assert arrived(traced_route, sent) == 0


@pytest.mark.parametrize(
    ("path", "fault", "kind"),
    [
        ("*/me/messages", {"status": 503}, VerdictKind.RETRY),
        ("*/me/messages", {"status": 504, "body": "gateway"}, VerdictKind.RETRY),
        ("*/me/messages", {"status": 429, "headers": {"Retry-After": "7"}}, VerdictKind.THROTTLED),
        ("*/me/messages", {"status": 413, "body": "too large"}, VerdictKind.REFUSED),
        ("*/me/messages", {"effect": "act_then_drop"}, VerdictKind.RETRY),
        ("*/createUploadSession", {"status": 503}, VerdictKind.RETRY),
        ("*AttachmentSessions*", {"status": 401, "body": "token"}, VerdictKind.RETRY),
        ("*AttachmentSessions*", {"effect": "drop"}, VerdictKind.RETRY),
        ("*AttachmentSessions*", {"effect": "act_then_drop"}, VerdictKind.RETRY),
        ("*/send", {"status": 503}, VerdictKind.UNKNOWN),
        ("*/send", {"status": 429, "headers": {"Retry-After": "7"}}, VerdictKind.THROTTLED),
        ("*/send", {"status": 504, "body": "gateway"}, VerdictKind.UNKNOWN),
        ("*/send", {"status": 404, "body": {"error": {"code": "ErrorItemNotFound"}}},
         VerdictKind.UNKNOWN),
        ("*/send", {"status": 413, "body": {"error": {"code": "ErrorMessageSizeExceeded"}}},
         VerdictKind.REFUSED),
    ],
)  # fmt: skip
def test_trouble_at_each_step_gets_its_verdict_and_sends_nothing(
    traced_route: Route, sandbox: Sandbox, path: str, fault: dict[str, object], kind: VerdictKind
) -> None:
    sandbox.control.add_fault(path=path, **fault)
    sent = mail(attachments=(Attachment("plan.pdf", "application/pdf", b"x" * 3_200_000),))
    key, verdict = failing(traced_route, sent)
    assert verdict.kind is kind
    assert not verdict.concerns_the_account
    traced_route.wait(timedelta(minutes=1))
    assert arrived(traced_route, sent) == 0
    assert look(traced_route, key, ago=timedelta(hours=1)) is SightingState.NEVER_SENT
    assert arrived(traced_route, sent) == 0


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_trouble_while_looking_up_decides_nothing(
    traced_route: Route, sandbox: Sandbox, method: str
) -> None:
    traced_route.stop_after_the_draft()
    key, _ = failing(traced_route, mail())
    sandbox.control.add_fault(path="*/me/messages*", method=method, status=503)
    with pytest.raises(ProviderFailure) as caught:
        look(traced_route, key)
    assert caught.value.verdict.kind is VerdictKind.RETRY
    assert look(traced_route, key) is SightingState.NEVER_SENT
