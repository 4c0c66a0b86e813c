"""$batch: several requests in one."""

import pytest

from tests.sandbox.graph.harness import Sandbox, event

JSON = {"Content-Type": "application/json"}


def test_parts_are_answered_each_with_its_own_status(sandbox: Sandbox) -> None:
    parts = [
        {"id": "1", "method": "GET", "url": "/me?$select=displayName"},
        {"id": "2", "method": "GET", "url": "https://graph.microsoft.com/v1.0/me/events/x"},
        {"id": "3", "method": "POST", "url": "me/events", "headers": JSON, "body": event()},
        {"id": "4", "method": "GET", "url": "/me/calendar", "dependsOn": ["2"]},
        {"id": "5", "method": "GET", "url": "/v1.0/me/calendar", "dependsOn": ["3"]},
    ]
    answer = sandbox.ask("POST", "/$batch", {"requests": parts})
    assert answer.status_code == 200
    found = {one["id"]: one for one in answer.json()["responses"]}
    statuses = {identity: one["status"] for identity, one in found.items()}
    assert statuses == {"1": 200, "2": 400, "3": 201, "4": 424, "5": 200}
    assert found["1"]["body"]["displayName"] == "Contoso Learning"
    assert found["2"]["body"]["error"]["code"] == "ErrorInvalidIdMalformed"
    assert len(sandbox.get("/me/events")["value"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"requests": []},
        {"requests": ["x"]},
        {"requests": [{"id": "1", "method": "GET"}]},
        {"requests": [{"id": "1", "method": "TRACE", "url": "/me"}]},
        {"requests": [{"id": "1", "method": "GET", "url": "/me"}] * 2},
        {"requests": [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["1"]}]},
        {"requests": [{"id": "1", "method": "GET", "url": "/me", "dependsOn": [["1"]]}]},
        {"requests": [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]},
        {"requests": [{"id": "1", "method": "POST", "url": "/me/sendMail", "body": {}}]},
        {"requests": [{"id": "1", "method": "POST", "url": "/$batch", "headers": JSON,
                       "body": {}}]},
        {"requests": [{"id": "1", "method": "GET", "url": "http://[", "headers": 5}]},
    ],
)  # fmt: skip
def test_a_malformed_batch_is_refused(sandbox: Sandbox, body: object) -> None:
    assert sandbox.ask("POST", "/$batch", body).status_code == 400
