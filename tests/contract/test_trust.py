"""TLS trust comes from the settings of the machine, never from luck."""

from __future__ import annotations

import pytest

from classbell.network.http import HttpDoor
from classbell.network.messages import HttpRequest, NetworkFailure
from classbell.ports.errors import ConfigurationFault
from m365sandbox.testing import Sandbox


def discovery_of(sandbox: Sandbox) -> HttpRequest:
    url = f"{sandbox.secure_url}/organizations/v2.0/.well-known/openid-configuration"
    return HttpRequest(method="GET", url=url, service="test")


def test_an_authority_named_in_the_environment_is_trusted(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(sandbox.ca_file))
    with HttpDoor() as door:
        assert door.call(discovery_of(sandbox)).status == 200


def test_an_unknown_authority_is_refused_before_anything_is_sent(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with HttpDoor() as door, pytest.raises(NetworkFailure) as caught:
        door.call(discovery_of(sandbox))
    assert caught.value.may_have_happened is False


def test_a_file_of_authorities_that_is_not_there_is_the_operators_to_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/authorities.pem")
    with pytest.raises(
        ConfigurationFault, match=r"SSL_CERT_FILE names «/nowhere/authorities\.pem»"
    ):
        HttpDoor()
