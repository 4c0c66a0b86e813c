"""Microsoft's clouds and the operator's own addresses."""

from __future__ import annotations

import pytest

from classbell.microsoft.clouds import CLOUDS, cloud_for
from classbell.ports.errors import ConfigurationFault


def test_each_cloud_signs_in_and_is_asked_at_home() -> None:
    assert cloud_for("global").graph_url == "https://graph.microsoft.com"
    assert cloud_for("dod").login_url == cloud_for("us-government").login_url
    assert cloud_for("china").login_url == "https://login.chinacloudapi.cn"
    for name, cloud in CLOUDS.items():
        named_resource = cloud.scope_prefix.startswith(cloud.graph_url)
        assert named_resource is (name != "global")


def test_the_operators_addresses_replace_the_clouds() -> None:
    cloud = cloud_for(
        "dod", login_url="https://127.0.0.1:8366/", graph_url="http://127.0.0.1:8365/"
    )
    assert (cloud.login_url, cloud.graph_url, cloud.scope_prefix) == (
        "https://127.0.0.1:8366",
        "http://127.0.0.1:8365",
        "",
    )


def test_an_unknown_cloud_names_those_there_are() -> None:
    with pytest.raises(ConfigurationFault, match="us-government"):
        cloud_for("mars")
