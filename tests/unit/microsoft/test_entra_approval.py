"""What an administrator is given: Microsoft's page for all, and commands for one account."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from classbell.microsoft.clouds import CLOUDS
from classbell.microsoft.entra.approval import consent_page, grant_commands

TENANT = UUID("c0470500-0000-4000-8000-000000000001")
CLIENT = "5f0c1a52-7d3e-4c1b-9a56-0c1a55be1100"
GRAPH = "https://graph.microsoft.com/"
SCOPES = frozenset({"Mail.Send", "Calendars.ReadWrite"})


def page(cloud: str = "global") -> str:
    return consent_page(
        CLOUDS[cloud],
        TENANT,
        client_id=CLIENT,
        scopes=SCOPES,
        redirect_uri="http://localhost:8000/connect/callback",
        state="state-1",
    )


def commands(account: str = "learning@contoso.example", cloud: str = "global") -> str:
    return grant_commands(
        CLOUDS[cloud], TENANT, client_id=CLIENT, account_address=account, scopes=SCOPES
    )


def test_the_page_names_the_permissions_and_what_makes_access_lasting() -> None:
    parts = urlsplit(page())

    assert parts.netloc == "login.microsoftonline.com"
    assert parts.path == f"/{TENANT}/v2.0/adminconsent"
    assert parse_qs(parts.query) == {
        "client_id": [CLIENT],
        "scope": [
            f"openid profile offline_access {GRAPH}Calendars.ReadWrite {GRAPH}Mail.Send",
        ],
        "redirect_uri": ["http://localhost:8000/connect/callback"],
        "state": ["state-1"],
    }


@pytest.mark.parametrize(
    ("cloud", "resource", "environment"),
    [
        ("us-government", "https://graph.microsoft.us/", "USGov"),
        ("dod", "https://dod-graph.microsoft.us/", "USGovDoD"),
        ("china", "https://microsoftgraph.chinacloudapi.cn/", "China"),
    ],
)
def test_each_cloud_has_its_own_resource_and_environment(
    cloud: str, resource: str, environment: str
) -> None:
    assert f"{resource}Mail.Send" in parse_qs(urlsplit(page(cloud)).query)["scope"][0]
    assert f"-Environment {environment} " in commands(cloud=cloud)


def test_the_commands_are_filled_in_and_grant_to_one_account_only() -> None:
    text = commands()

    assert f"$clientId = '{CLIENT}'" in text
    assert "$account = 'learning@contoso.example'" in text
    assert "'offline_access', 'Calendars.ReadWrite', 'Mail.Send'" in text
    assert f"-TenantId '{TENANT}'" in text
    assert '-ConsentType "Principal"' in text
    assert "AllPrincipals" not in text
    # What was granted to the account before must stay granted.
    assert "$old.Scope.Trim()" in text


@pytest.mark.parametrize("mark", ["'", "\u2018", "\u2019", "\u201a", "\u201b"])
def test_an_address_cannot_end_its_quotation_marks(mark: str) -> None:
    assert f"$account = 'x{mark}{mark}; evil'" in commands(f"x{mark}; evil")
