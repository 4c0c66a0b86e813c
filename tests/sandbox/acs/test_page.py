"""What people see of ACS Email in the portal."""

import httpx2

from tests.sandbox.acs.caller import GHOST, Caller
from tests.sandbox.acs.webhook import Webhook
from tests.sandbox.portal.browser import check_page


def page(caller: Caller) -> str:
    """Return the page, after holding it against the rules every page keeps."""
    with caller.sandbox.browser() as client:
        answer = client.get(f"{caller.sandbox.people_url}/portal/acs")
    assert answer.status_code == 200
    check_page(answer)
    return answer.text


def press(caller: Caller, path: str, **headers: str) -> httpx2.Response:
    with caller.sandbox.browser() as client:
        return client.post(caller.sandbox.people_url + path, data={"x": "y"}, headers=headers)


def test_resources_operations_reports_and_blocked_addresses_are_shown(
    caller: Caller, webhook: Webhook
) -> None:
    text = page(caller)
    for part in (caller.sender, caller.key, "contoso-learning", "30 mails a minute", "Fabrikam"):
        assert part in text
    caller.sandbox.control.acs.subscribe(webhook.url, headers={"x-key": "s3cret"})
    caller.sandbox.control.acs.outcome("*@elsewhere.example", status="FilteredSpam")
    operation = caller.sent(GHOST)
    assert "Running" in page(caller)
    caller.later()
    webhook.wait_for(1)
    text = page(caller)
    for part in (operation, GHOST, "Succeeded", "Bounced", webhook.url, "FilteredSpam", "1 time"):
        assert part in text
    assert "s3cret" not in text


def test_an_address_is_taken_off_the_list(caller: Caller) -> None:
    caller.sandbox.control.acs.suppress(GHOST)
    path = f"/portal/acs/suppressions/{GHOST}/release"
    assert path in page(caller)
    assert press(caller, path, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert press(caller, path).status_code == 303
    assert path not in page(caller)
    assert caller.sandbox.control.acs.suppressions() == []


def test_a_mail_says_that_it_came_by_this_way(caller: Caller) -> None:
    caller.sent()
    caller.later()
    (found,) = caller.sandbox.control.received()
    with caller.sandbox.browser() as client:
        address = f"{caller.sandbox.people_url}/portal/mailboxes/{found['deliveredTo']}"
        assert "Azure Communication Services" in client.get(f"{address}/{found['id']}").text
