"""Codes that mean something to the person on a journey only, and what they read then.

None of them says anything about the account that is connected: it works on, and nobody is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from classbell.domain.connections.approval import needs_an_administrator
from classbell.domain.connections.connect import begin_connect, finish_connect
from classbell.microsoft.entra.codes import RESULT_BY_CODE
from classbell.ports.errors import (
    ClassbellError,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    WrongOrganisation,
)
from classbell.storage.models import (
    AccountState,
    MessageState,
    Notification,
    OperatorAlarm,
    PendingConnection,
)
from tests.acceptance.codes.conftest import Wire
from tests.acceptance.sandbox_account import SENDER
from tests.contract.callbacks import parameters_of

BROWSER = "browser"


@dataclass(frozen=True)
class Journey:
    """One way a journey ends.

    Attributes:
        code: as Microsoft numbers it; 0 where it gives only a word.
        error: the word.
        raises: what the page is made of.
        says: words of the page.
        approval: whether it leads to the explanation of «needs an administrator».
        status: of the token endpoint.
    """

    code: int
    error: str
    raises: type[ClassbellError]
    says: str
    approval: bool = False
    status: int = 400


REDIRECTED = (
    Journey(65004, "access_denied", SignInCancelled, "was cancelled"),
    Journey(0, "access_denied", SignInCancelled, "was cancelled"),
    Journey(50020, "access_denied", WrongOrganisation, "does not belong"),
    Journey(90094, "access_denied", ProviderFailure, "has to approve", approval=True),
    Journey(90095, "access_denied", ProviderFailure, "Approval was requested", approval=True),
    Journey(65001, "access_denied", ProviderFailure, "has to approve", approval=True),
    Journey(65001, "consent_required", ProviderFailure, "has to approve", approval=True),
    Journey(53003, "access_denied", ProviderFailure, "conditional access policy"),
    Journey(50105, "access_denied", ProviderFailure, "not assigned to the application"),
    Journey(0, "interaction_required", ProviderFailure, "asks for a new sign-in"),
    Journey(0, "login_required", ProviderFailure, "asks for a new sign-in"),
    Journey(0, "server_error", ProviderFailure, "unknown answer"),
    Journey(90033, "temporarily_unavailable", ProviderFailure, "passing fault"),
    Journey(0, "invalid_request", ProviderFailure, "refused the application's request"),
    Journey(700016, "unauthorized_client", ProviderFailure, "application is not known"),
)

REDEEMED = (
    Journey(54005, "invalid_grant", StateInvalid, "used already"),
    Journey(70008, "invalid_grant", ProviderFailure, "has expired"),
    Journey(501481, "invalid_grant", ProviderFailure, "proof key"),
    Journey(7000222, "invalid_client", ProviderFailure, "secret has expired", status=401),
)


def name(journey: Journey) -> str:
    return f"{journey.error}-{journey.code}"


def text(journey: Journey) -> str:
    return f"AADSTS{journey.code}: As the service words it." if journey.code else ""


def leave(wire: Wire) -> str:
    return begin_connect(
        wire.ports, catalog=wire.cast.catalog, person=wire.cast.owner, browser_key=BROWSER
    )


def come_back(wire: Wire, answer: dict[str, str]) -> ClassbellError:
    with pytest.raises(ClassbellError) as told:
        finish_connect(wire.ports, person=wire.cast.owner, browser_key=BROWSER, answer=answer)
    return told.value


def check(wire: Wire, journey: Journey, error: ClassbellError) -> None:
    """Compare what the person reads, and see that nothing has changed."""
    assert isinstance(error, journey.raises)
    assert journey.says in f"{error.what} {error.meaning} {error.remedy}"
    assert needs_an_administrator(error) is journey.approval
    assert not PendingConnection.objects.exists()
    wire.account.refresh_from_db()
    assert wire.account.state == AccountState.CONNECTED
    assert not Notification.objects.filter(kind="connection_lost").exists()
    message = wire.a_message()
    wire.sandbox.control.clear_faults()
    wire.serve()
    message.refresh_from_db()
    assert message.state == MessageState.ACCEPTED, "the connected account works on"


@pytest.mark.parametrize("journey", REDIRECTED, ids=name)
def test_a_code_on_the_way_back(wire: Wire, journey: Journey) -> None:
    state = parameters_of(leave(wire))["state"]
    answer = {"error": journey.error, "error_description": text(journey), "state": state}

    check(wire, journey, come_back(wire, answer))

    assert not OperatorAlarm.objects.exists()


@pytest.mark.parametrize("journey", REDEEMED, ids=name)
def test_a_code_while_the_journey_is_finished(wire: Wire, journey: Journey) -> None:
    answer = parameters_of(wire.sandbox.sign_in_by_http(leave_for_mail(wire), SENDER))
    body = {
        "error": journey.error,
        "error_description": text(journey),
        "error_codes": [journey.code],
    }
    wire.sandbox.control.add_fault(
        path="*/oauth2/v2.0/token", status=journey.status, body=body, count=1
    )

    error = come_back(wire, answer)

    # What a browser brought back alarms nobody; that our own proof is refused does.
    alarms = OperatorAlarm.objects.filter(subject="application_refused")
    assert alarms.count() == (journey.error == "invalid_client")
    check(wire, journey, error)


def leave_for_mail(wire: Wire) -> str:
    """Leave with the permissions that the account has consented to."""
    return begin_connect(
        wire.ports,
        catalog=wire.cast.catalog,
        person=wire.cast.owner,
        browser_key=BROWSER,
        scopes=frozenset({"User.Read", "Mail.Send"}),
    )


def test_every_code_about_a_journey_is_walked() -> None:
    assert set(RESULT_BY_CODE) <= {one.code for one in (*REDIRECTED, *REDEEMED)}
