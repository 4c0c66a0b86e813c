"""Trying every kind of call against the sandbox, and the transcript that names nobody."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from classbell import cli
from classbell.cli.commands.probe import sandbox_transcript
from classbell.domain.connections.probe import probe
from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.network.comparing import beside, summary
from classbell.network.recording import Recorder
from classbell.ports.bundle import Ports
from classbell.storage.models import Account
from m365sandbox.testing import Sandbox, start_sandbox
from tests.acceptance.at_sandbox import ports_at
from tests.domain.connections.test_renewing import a_refresh_token
from tests.support import CONTOSO, a_catalog, a_connected_account

pytestmark = pytest.mark.django_db

SENDER = "learning@contoso.example"
WRITE_ANEW = "CLASSBELL_TEST_WRITE_TRANSCRIPT"
TRANSCRIPT = Path(cli.__file__).parent / "sandbox_transcript.json"
FULL = ("Calendars.ReadWrite", "Mail.Send", "MailboxSettings.Read", "Place.Read.All", "User.Read")


@pytest.fixture
def recorder() -> Recorder:
    """Give a recorder without exchanges."""
    return Recorder()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox for a test."""
    with start_sandbox(smtp=False) as running:
        yield running


@pytest.fixture
def ports(sandbox: Sandbox, recorder: Recorder) -> Iterator[Ports]:
    """Speak to the sandbox, recorded."""
    with ports_at(sandbox, recorder.note) as made:
        yield made


@pytest.fixture
def account(db: None, ports: Ports, sandbox: Sandbox) -> Account:
    """Connect the sandbox's service account with everything granted."""
    sandbox.control.grant(*FULL, person=SENDER)
    made = a_connected_account(ports, a_catalog(), scopes=FULL)
    tokens = Tokens("not used", sandbox.run(a_refresh_token))
    made.sealed_tokens = seal_tokens(ports, tokens, place=account_place(made.id))
    made.save()
    return made


def test_every_call_works_and_leaves_nothing_but_one_mail(
    ports: Ports, account: Account, sandbox: Sandbox
) -> None:
    steps = list(probe(ports, account, writing=True))

    assert {step.outcome for step in steps} == {"ok"}
    assert len(steps) == 16
    assert len(sandbox.control.received(to=SENDER)) == 1


def test_reading_alone_writes_nothing(ports: Ports, account: Account, sandbox: Sandbox) -> None:
    assert len(list(probe(ports, account, writing=False))) == 9
    methods = {call["method"] for call in sandbox.control.log() if "/v1.0/" in call["path"]}
    assert methods <= {"GET", "POST"}
    assert not sandbox.control.received(to=SENDER)


def test_the_transcript_has_every_exchange_and_nobodys_data(
    ports: Ports, account: Account, recorder: Recorder, sandbox: Sandbox
) -> None:
    list(probe(ports, account, writing=True))
    written = recorder.written()

    called = {(one["method"], one["path"]) for one in json.loads(written)}
    assert ("POST", "/v1.0/me/sendMail") in called
    assert ("POST", "/{id}/oauth2/v2.0/token") in called
    for secret in (SENDER, "Contoso", "eyJ", sandbox.client_secret, str(CONTOSO), "auditorium"):
        assert secret not in written


def recorded(ports: Ports, account: Account, recorder: Recorder) -> list[dict[str, object]]:
    """Walk every step and return the exchanges, each with its step."""
    for step in probe(ports, account, writing=True):
        recorder.step_done(step.name)
    return recorder.exchanges


def test_the_transcript_that_comes_along_is_what_the_sandbox_answers(
    ports: Ports, account: Account, recorder: Recorder
) -> None:
    exchanges = recorded(ports, account, recorder)
    if os.environ.get(WRITE_ANEW):
        TRANSCRIPT.write_text(recorder.written(), encoding="utf-8")

    compared = beside(exchanges, sandbox_transcript())

    assert not summary(compared), f"where that is right, write it anew: {WRITE_ANEW}=yes"
    assert len(compared) == len(sandbox_transcript())
    assert all(one["sandbox"] for one in compared)


def test_another_answer_than_the_sandboxs_is_named(
    ports: Ports, account: Account, recorder: Recorder, sandbox: Sandbox
) -> None:
    body = {"value": [], "surprise": 7}
    sandbox.control.add_fault(path="/v1.0/me/licenseDetails", status=203, body=body)

    compared = beside(recorded(ports, account, recorder), sandbox_transcript())

    [line] = [line for line in summary(compared) if line.startswith("licences: ")]
    assert "status 203 here, 200 in the sandbox" in line
    assert "answered only here: surprise" in line
    assert "answered only in the sandbox: @odata.context" in line


def test_a_call_that_fails_is_named_with_its_code(
    ports: Ports, account: Account, sandbox: Sandbox
) -> None:
    sandbox.control.add_fault(path="/v1.0/me/licenseDetails", status=403, body={})
    failed = [step for step in probe(ports, account, writing=False) if step.outcome != "ok"]
    assert [step.name for step in failed] == ["licences"]
