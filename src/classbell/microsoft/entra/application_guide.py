"""The commands with which administrators open mailboxes to the application itself.

They only prepare what somebody else does; nothing is called here.
"""

from __future__ import annotations

from uuid import UUID

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra.approval import GRAPH_APP_ID, quoted

# https://learn.microsoft.com/powershell/module/exchange/connect-exchangeonline
_EXCHANGE = {
    "Global": "O365Default",
    "USGov": "O365USGovGCCHigh",
    "USGovDoD": "O365USGovDoD",
    "China": "O365China",
}

_COMMANDS = """\
# Opens one mailbox to Classbell itself, and no other. Nobody signs in to it for Classbell.
# Run it in PowerShell 7. Needs these modules once:
# Install-Module Microsoft.Graph, ExchangeOnlineManagement -Scope CurrentUser
$clientId = {client_id}
$mailbox = {mailbox}
$outside = {outside}

# 1. Entra ID, as Privileged Role Administrator: the application, and what it reads of the
#    directory: who the mailbox is, and the rooms. No consent to Mail.Send or Calendars.ReadWrite
#    here: grants add up, and one of Entra ID holds for every mailbox.
Connect-MgGraph -TenantId {tenant} -Environment {environment} -Scopes (
    "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All")
$app = Get-MgServicePrincipal -Filter "appId eq '$clientId'"
if (-not $app) {{ $app = New-MgServicePrincipal -AppId $clientId }}
$graph = Get-MgServicePrincipal -Filter "appId eq '{graph}'"
$has = (Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $app.Id -All).AppRoleId
foreach ($name in "User.Read.All", "Place.Read.All") {{
    $role = $graph.AppRoles | Where-Object {{
        $_.Value -eq $name -and $_.AllowedMemberTypes -contains "Application" }}
    if ($has -notcontains $role.Id) {{
        New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $app.Id `
            -PrincipalId $app.Id -ResourceId $graph.Id -AppRoleId $role.Id
    }}
}}

# 2. Exchange Online, as Exchange Administrator: service principal, management scope, roles.
Connect-ExchangeOnline -ExchangeEnvironmentName {exchange}
if (-not (Get-ServicePrincipal | Where-Object {{ $_.AppId -eq $clientId }})) {{
    New-ServicePrincipal -AppId $clientId -ObjectId $app.Id -DisplayName "Classbell"
}}
$filter = "PrimarySmtpAddress -eq '" + $mailbox.Replace("'", "''") + "'"
$scope = Get-ManagementScope | Where-Object {{ $_.Name -eq "Classbell mailboxes" }}
if ($scope) {{
    Set-ManagementScope "Classbell mailboxes" `
        -RecipientRestrictionFilter "($($scope.RecipientFilter)) -or ($filter)"
}} else {{
    New-ManagementScope -Name "Classbell mailboxes" -RecipientRestrictionFilter $filter
    New-ManagementRoleAssignment -App $app.Id -Role "Application Mail.Send" `
        -CustomResourceScope "Classbell mailboxes"
    New-ManagementRoleAssignment -App $app.Id -Role "Application Calendars.ReadWrite" `
        -CustomResourceScope "Classbell mailboxes"
}}

# 3. Test it: InScope is True for the mailbox and False for the other one. Exchange itself acts by
#    it after 30 minutes to two hours.
Test-ServicePrincipalAuthorization -Identity $app.Id -Resource $mailbox
Test-ServicePrincipalAuthorization -Identity $app.Id -Resource $outside
"""


def application_commands(
    cloud: Cloud, tenant_id: UUID, *, client_id: str, address: str, outside_address: str
) -> str:
    """Return PowerShell that opens one mailbox, as Microsoft describes it.

    https://learn.microsoft.com/en-us/exchange/permissions-exo/application-rbac

    Args:
        cloud: its names go into the connections.
        tenant_id: the organisation's tenant.
        client_id: of the application's registration.
        address: of the mailbox.
        outside_address: of one that has to stay closed.
    """
    return _COMMANDS.format(
        client_id=quoted(client_id),
        mailbox=quoted(address),
        outside=quoted(outside_address),
        tenant=quoted(str(tenant_id)),
        environment=cloud.powershell_environment,
        exchange=_EXCHANGE[cloud.powershell_environment],
        graph=GRAPH_APP_ID,
    )
