"""What an administrator needs to approve permissions: a page of Microsoft's, or commands.

Both only prepare what somebody else does; nothing is called here.
"""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from classbell.microsoft.clouds import Cloud

GRAPH = "https://graph.microsoft.com/"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"

# Without these a token could neither name its account nor be renewed, and consent to them would be
# asked for once more.
_ALWAYS = ("openid", "profile", "offline_access")

_COMMANDS = """\
# Grants Classbell these permissions for one account only; other accounts are not touched.
# Run it in PowerShell as Cloud Application Administrator, Application Administrator or Privileged
# Role Administrator. Needs the module once: Install-Module Microsoft.Graph -Scope CurrentUser
$clientId = {client_id}
$account = {account}
$permissions = {permissions}

Connect-MgGraph -TenantId {tenant} -Environment {environment} -Scopes (
    "User.ReadBasic.All", "Application.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All", "AppRoleAssignment.ReadWrite.All")
$app = Get-MgServicePrincipal -Filter "appId eq '$clientId'"
if (-not $app) {{ $app = New-MgServicePrincipal -AppId $clientId }}
$graph = Get-MgServicePrincipal -Filter "appId eq '{graph}'"
$user = Get-MgUser -UserId $account
$old = Get-MgUserOauth2PermissionGrant -UserId $user.Id -All | Where-Object {{
    $_.ClientId -eq $app.Id -and $_.ResourceId -eq $graph.Id -and $_.ConsentType -eq "Principal" }}
if ($old) {{
    $all = (($old.Scope.Trim() -split " ") + $permissions | Select-Object -Unique) -join " "
    Update-MgOauth2PermissionGrant -OAuth2PermissionGrantId $old.Id -Scope $all
}} else {{
    New-MgOauth2PermissionGrant -ClientId $app.Id -ResourceId $graph.Id -ConsentType "Principal" `
        -PrincipalId $user.Id -Scope ($permissions -join " ")
}}
if ($app.AppRoleAssignmentRequired) {{
    New-MgServicePrincipalAppRoleAssignedTo -ServicePrincipalId $app.Id -ResourceId $app.Id `
        -PrincipalId $user.Id -AppRoleId "00000000-0000-0000-0000-000000000000"
}}
"""


def consent_page(
    cloud: Cloud,
    tenant_id: UUID,
    *,
    client_id: str,
    scopes: frozenset[str],
    redirect_uri: str,
    state: str,
) -> str:
    """Return the address of the page that grants named permissions to a whole organisation.

    https://learn.microsoft.com/en-us/entra/identity-platform/v2-admin-consent

    Args:
        cloud: where Entra lives.
        tenant_id: the organisation's tenant.
        client_id: of the application's registration.
        scopes: short names of Graph's permissions.
        redirect_uri: one that is registered.
        state: comes back unchanged.
    """
    prefix = cloud.scope_prefix or GRAPH
    names = [*_ALWAYS, *(prefix + scope for scope in sorted(scopes))]
    query = {
        "client_id": client_id,
        "scope": " ".join(names),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{cloud.login_url}/{tenant_id}/v2.0/adminconsent?{urlencode(query)}"


def grant_commands(
    cloud: Cloud, tenant_id: UUID, *, client_id: str, account_address: str, scopes: frozenset[str]
) -> str:
    """Return PowerShell that grants permissions for one account, as Microsoft describes it.

    https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/grant-consent-single-user

    Args:
        cloud: its name goes into the connection.
        tenant_id: the organisation's tenant.
        client_id: of the application's registration.
        account_address: sign-in name of the account.
        scopes: short names of Graph's permissions.
    """
    return _COMMANDS.format(
        client_id=quoted(client_id),
        account=quoted(account_address),
        permissions=", ".join(quoted(scope) for scope in (*_ALWAYS, *sorted(scopes))),
        tenant=quoted(str(tenant_id)),
        environment=cloud.powershell_environment,
        graph=GRAPH_APP_ID,
    )


def quoted(text: str) -> str:
    """Return a PowerShell text in which nothing is expanded.

    PowerShell takes typographic quotation marks for plain ones, so these are doubled as well.
    """
    for mark in "'\u2018\u2019\u201a\u201b":
        text = text.replace(mark, mark * 2)
    return f"'{text}'"
