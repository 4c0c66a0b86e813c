"""Profile and licences: the fake and Graph tell the same kind of facts."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from classbell.microsoft.graph import GraphAccount, GraphClient
from classbell.ports.account import AccountFacts, MailboxPurpose
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from m365sandbox.testing import Sandbox
from tests.contract.conftest import SERVICE_ACCOUNT
from tests.fakes import FakeAccountFacts


@dataclass
class Side:
    facts: AccountFacts
    mailbox: Mailbox


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    if request.param == "fake":
        return Side(FakeAccountFacts(), Mailbox("/me", "token"))
    graph: GraphClient = request.getfixturevalue("graph")
    return Side(GraphAccount(graph), request.getfixturevalue("service_account"))


def test_the_profile_says_who_the_account_is(side: Side) -> None:
    profile = side.facts.profile(side.mailbox)
    assert profile.mail.casefold() == SERVICE_ACCOUNT
    assert profile.username
    assert profile.display_name == "Contoso Learning"


def test_the_plans_say_whether_mail_and_teams_are_licensed(side: Side) -> None:
    active = {plan.name for plan in side.facts.service_plans(side.mailbox) if plan.active}
    assert "TEAMS1" in active
    assert any(name.startswith("EXCHANGE_S_") for name in active)


@pytest.mark.parametrize("purpose", [MailboxPurpose.USER, MailboxPurpose.SHARED])
def test_what_a_mailbox_is_for_is_told(
    sandbox: Sandbox, graph: GraphClient, purpose: MailboxPurpose
) -> None:
    address = f"for.{purpose.value}@contoso.example"
    person = {"address": address, "display_name": "For Once", "mailbox_kind": purpose.value}
    sandbox.control.ask("POST", "/people", person)
    mailbox = Mailbox("/me", sandbox.access_token(address, "MailboxSettings.Read"))
    fake = FakeAccountFacts()
    fake.the_purpose = purpose
    for facts in (fake, GraphAccount(graph)):
        assert facts.mailbox_purpose(mailbox) is purpose
    sandbox.control.delete_person(address)


def test_a_deleted_accounts_token_is_refused(sandbox: Sandbox, graph: GraphClient) -> None:
    address = "short.lived@contoso.example"
    sandbox.control.ask("POST", "/people", {"address": address, "display_name": "Short Lived"})
    mailbox = Mailbox("/me", sandbox.access_token(address, "User.Read"))
    assert GraphAccount(graph).profile(mailbox).mail == address
    sandbox.control.delete_person(address)
    with pytest.raises(ProviderFailure) as caught:
        GraphAccount(graph).profile(mailbox)
    assert caught.value.verdict.kind in {VerdictKind.SIGN_IN_AGAIN, VerdictKind.MAILBOX_UNUSABLE}
