"""Exchange's limits and what met them, over the control interface."""

from datetime import timedelta
from http import HTTPStatus

import httpx2
import pytest

from m365sandbox.testing import Sandbox
from tests.sandbox.core.test_trouble import SENDER, Mailer


def test_limits_are_on_by_default_and_can_be_set_and_switched(live_sandbox: Sandbox) -> None:
    control = live_sandbox.control
    shown = control.ask("GET", "/limits")
    assert shown["enabled"] is True
    assert (shown["messages_per_minute"], shown["recipients_per_day"]) == (30, 10_000)
    assert control.limits(messages_per_minute=1)["messages_per_minute"] == 1
    mailer = Mailer(live_sandbox)
    assert [mailer.send().status_code for _ in range(3)] == [HTTPStatus.ACCEPTED] * 3
    assert control.statistics()["mailboxes"][SENDER] == {
        "accepted": 3,
        "delayed": 2,
        "returned": 0,
    }
    assert control.statistics()["graph_answers"] == {"202": 3}
    control.limits(enabled=False)
    mailer.send()
    assert control.statistics()["mailboxes"][SENDER]["delayed"] == 2
    control.reset()
    assert control.statistics() == {"mailboxes": {}, "graph_answers": {}}
    assert control.ask("GET", "/limits")["enabled"] is True


@pytest.mark.parametrize(
    "wrong", [{"messages_per_minute": 0}, {"enabled": "maybe"}, {"service_seconds": -1}, []]
)
def test_what_is_no_limit_is_refused_in_words(live_sandbox: Sandbox, wrong: object) -> None:
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        live_sandbox.control.ask("POST", "/limits", wrong)
    assert refused.value.response.status_code == 400
    assert refused.value.response.json()["error"]


def test_requests_within_ten_minutes_have_a_limit(live_sandbox: Sandbox) -> None:
    live_sandbox.control.limits(requests_per_ten_minutes=2)
    live_sandbox.control.set_clock(live_sandbox.control.now(), freeze=True)
    mailer = Mailer(live_sandbox)
    assert [mailer.send().status_code for _ in range(3)] == [202, 202, 429]
    refused = mailer.send()
    assert refused.json()["error"]["code"] == "ApplicationThrottled"
    wait = int(refused.headers["retry-after"])
    assert 590 <= wait <= 601
    live_sandbox.control.advance(timedelta(seconds=wait))
    assert mailer.send().status_code == HTTPStatus.ACCEPTED
