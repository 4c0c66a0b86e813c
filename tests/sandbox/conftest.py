"""A running sandbox for the tests that speak to it over the network."""

from collections.abc import Iterator

import pytest

from m365sandbox.testing import Sandbox, start_sandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for the whole session; ask for `live_sandbox` instead."""
    with start_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def live_sandbox(running_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Give the running sandbox as its seed left it."""
    # These would override the authority a test names: requests prefers them to its own argument.
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    running_sandbox.control.reset()
    return running_sandbox
