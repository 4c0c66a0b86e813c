"""A caller of ACS Email and a webhook, on a running sandbox as its seed left it."""

from collections.abc import Iterator

import pytest

from m365sandbox.testing import Sandbox
from tests.sandbox.acs.caller import Caller
from tests.sandbox.acs.webhook import Webhook


@pytest.fixture
def caller(live_sandbox: Sandbox) -> Caller:
    """Give a caller who holds the key of Contoso's resource; the clock stands still."""
    live_sandbox.control.set_clock(live_sandbox.control.now(), freeze=True)
    return Caller(live_sandbox)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """Give a webhook on this machine."""
    with Webhook() as opened:
        yield opened
