"""Who may use a resource: by its key, judged as Microsoft's clients sign, and by a role."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from m365sandbox.acs.seed import FABRIKAM_KEY, FABRIKAM_SENDER
from m365sandbox.acs.signature import Signed, content_hash, signature
from m365sandbox.testing import CONTOSO, FABRIKAM, Sandbox
from tests.sandbox.acs.caller import VERSION, Caller, signed
from tests.sandbox.entra.helpers import Application

SCOPE = "https://communication.azure.com/.default"
# Computed by hand and by Microsoft's own client.
KEY = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZg=="
DATE = "Mon, 23 Nov 2026 06:47:25 GMT"
BODY = (
    b'{"senderAddress":"donotreply@sandbox.example","content":{"subject":"Hi","plainText":"Hello"}'
    b',"recipients":{"to":[{"address":"ana@contoso.example"}]}}'
)
PATH = "/emails:send?api-version=2025-09-01"
HASH = "JcK5QdeUdl3QAgCadouo86t+ra9xsQlLPW0V7K8dw1A="
SCHEME = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="
EMPTY_HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
SIGNATURES = {
    "acs.sandbox.example": "vedaywunA/gfkOqf7BPtT/8+aF8MDkwJB7b+lhB0eyc=",
    "127.0.0.1:8443": "6HljqxDO2TM9zz3yZuq6NHyEVYoErWe/bsF2wdVITVQ=",
}
OPERATION = f"/emails/operations/00000000-0000-4000-8000-000000000000?api-version={VERSION}"


def machine_time() -> datetime:
    """Return the machine's time, by which clients sign."""
    return datetime.now(UTC)  # noqa: DTZ005, RUF100, TID251 -- see the docstring


def token(sandbox: Sandbox, scope: str = SCOPE, tenant: str = CONTOSO.tenant_id) -> str:
    """Return an application's own token."""
    answer = Application(sandbox).post(tenant, grant_type="client_credentials", scope=scope)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def bearer(given: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {given}"}


@pytest.mark.parametrize("host", SIGNATURES)
def test_a_known_request_has_its_known_signature(host: str) -> None:
    assert len(BODY) == 149
    assert content_hash(BODY) == HASH
    assert content_hash(b"") == EMPTY_HASH
    assert signature(KEY, Signed("POST", PATH, DATE, host, HASH)) == SIGNATURES[host]


@pytest.mark.parametrize("host", SIGNATURES)
def test_a_known_request_is_accepted_as_it_stands(live_sandbox: Sandbox, host: str) -> None:
    control = live_sandbox.control.acs
    control.add_resource(
        name="vector",
        tenant=CONTOSO.domain,
        senders={"donotreply@sandbox.example": "Sandbox"},
        key=KEY,
    )
    proof = {
        "Host": host,
        "x-ms-date": DATE,
        "x-ms-content-sha256": HASH,
        "Authorization": SCHEME + SIGNATURES[host],
    }
    assert Caller(live_sandbox).ask("POST", PATH, BODY, proof).status_code == 401
    control.settings(date_window_seconds=10 * 366 * 86_400)
    accepted = Caller(live_sandbox).ask("POST", PATH, BODY, proof)
    assert accepted.status_code == 202
    assert accepted.headers["operation-location"].startswith(f"http://{host}/emails/operations/")


def test_the_date_is_judged_by_the_machines_clock_within_a_window(caller: Caller) -> None:
    def status(seconds: float) -> int:
        date = format_datetime(machine_time() + timedelta(seconds=seconds), usegmt=True)
        proof = signed(f"GET {OPERATION}", caller.host, caller.key, date=date)
        return caller.ask("GET", OPERATION, proof=proof).status_code

    caller.later(days=90)
    known = 404
    assert [status(0), status(-290), status(290)] == [known] * 3
    assert [status(-310), status(310)] == [401, 401]
    caller.sandbox.control.acs.settings(date_window_seconds=900)
    assert [status(-310), status(-910)] == [known, 401]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Authorization", f"{SCHEME}A"),
        ("Authorization", "HMAC-SHA256 SignedHeaders=host&Signature=A"),
        ("Authorization", "HMAC-SHA256"),
        ("Authorization", "Basic Zm9vOmJhcg=="),
        ("Authorization", "Bearer nonsense"),
        ("Authorization", ""),
        ("x-ms-date", "Mon, 23 Nov 2026 06:47:26 GMT"),
        ("x-ms-date", "yesterday"),
        ("x-ms-content-sha256", HASH),
    ],
)
def test_whatever_does_not_hold_is_denied(caller: Caller, header: str, value: str) -> None:
    proof = signed(f"GET {OPERATION}", caller.host, caller.key) | {header: value}
    answer = caller.ask("GET", OPERATION, proof=proof)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] in {"Denied", "Unauthorized"}


def test_path_query_and_body_are_part_of_what_is_signed(caller: Caller) -> None:
    proof = signed(f"GET {OPERATION}", caller.host, caller.key)
    assert caller.ask("GET", OPERATION, proof=proof).status_code == 404
    for path in (OPERATION + "&more=1", OPERATION.replace("0000?", "0001?")):
        assert caller.ask("GET", path, proof=proof).status_code == 401
    posted = signed(f"POST {PATH}", caller.host, caller.key, BODY)
    assert caller.ask("POST", PATH, BODY + b" ", proof=posted).status_code == 401


def test_both_keys_count_and_a_new_one_ends_the_old(caller: Caller) -> None:
    control = caller.sandbox.control.acs
    resource = control.shown()["resources"][0]
    second = Caller(caller.sandbox, key=resource["keys"][1])
    assert second.send().status_code == 202
    fresh = control.resource(regenerate="primary")["keys"][0]
    assert caller.send().status_code == 401
    assert Caller(caller.sandbox, key=fresh).send().status_code == 202


def test_a_key_opens_its_own_resource_only(caller: Caller) -> None:
    stranger = Caller(caller.sandbox, key=FABRIKAM_KEY, sender=FABRIKAM_SENDER)
    operation = stranger.sent("luca.moretti@fabrikam.example")
    assert caller.status(operation).status_code == 404
    assert stranger.status(operation).status_code == 200
    borrowed = Caller(caller.sandbox, key=FABRIKAM_KEY, sender=caller.sender).send()
    assert (borrowed.status_code, borrowed.json()["error"]["code"]) == (404, "DomainNotLinked")


@pytest.mark.parametrize("scope", [SCOPE, SCOPE.replace("com/", "com//")])
def test_an_application_with_a_role_sends_and_asks(caller: Caller, scope: str) -> None:
    given = token(caller.sandbox, scope)
    answer = caller.ask("POST", PATH, _body(caller), bearer(given))
    assert answer.status_code == 202
    path = f"/emails/operations/{answer.json()['id']}?api-version={VERSION}"
    assert caller.ask("GET", path, proof=bearer(given)).status_code == 200


def test_an_application_without_a_role_may_not(caller: Caller) -> None:
    given = token(caller.sandbox)
    caller.sandbox.control.acs.resource(clients=[])
    answer = caller.ask("POST", PATH, _body(caller), bearer(given))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden")


def test_a_role_in_one_organisation_says_nothing_about_another(caller: Caller) -> None:
    # An application gets tokens of an organisation once somebody there has consented to it.
    caller.sandbox.access_token("rosa.fabri@fabrikam.example", "Mail.Send")
    foreign = token(caller.sandbox, tenant=FABRIKAM.tenant_id)
    answer = caller.ask("POST", PATH, _body(caller), bearer(foreign))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "DomainNotLinked")


def test_a_token_ends_by_the_sandboxs_clock(caller: Caller) -> None:
    given = token(caller.sandbox)
    caller.later(hours=2)
    assert caller.ask("POST", PATH, _body(caller), bearer(given)).status_code == 401


def test_a_token_counts_at_its_own_service_only(caller: Caller) -> None:
    sandbox = caller.sandbox
    graph = token(sandbox, "https://graph.microsoft.com/.default")
    persons = sandbox.access_token("learning@contoso.example", "Mail.Send")
    for other in (graph, persons):
        assert caller.ask("POST", PATH, _body(caller), bearer(other)).status_code == 401
    own = token(sandbox)
    assert caller.ask("POST", PATH, _body(caller), bearer(own)).status_code == 202
    with sandbox.browser() as client:
        address = f"{sandbox.graph_url}/v1.0/me"
        for given in (own, own):
            assert client.get(address, headers=bearer(given)).status_code == 401


def test_no_secret_of_a_request_is_in_the_log(caller: Caller) -> None:
    caller.sent()
    given = token(caller.sandbox)
    caller.ask("POST", PATH, _body(caller), bearer(given))
    recorded = str(caller.sandbox.control.log())
    assert "/emails:send" in recorded
    assert "Signature=" not in recorded
    assert given not in recorded


def _body(caller: Caller) -> bytes:
    return BODY.replace(b"donotreply@sandbox.example", caller.sender.encode())
