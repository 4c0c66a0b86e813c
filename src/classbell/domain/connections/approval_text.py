"""The text to forward to a Microsoft 365 administrator: two routes, the lesser first."""

from __future__ import annotations

from collections.abc import Iterable

from classbell.domain.connections.scopes import PURPOSES
from classbell.storage.models import Catalog

NO_ACCOUNT = "ACCOUNT@YOUR-ORGANISATION"
"""Stands in the commands where it is not known yet which account it will be."""

TEXT = """\
Hello,

{asked_by} asks you to approve permissions of Microsoft Graph for Classbell ({base_url}). It sends \
the course notifications of «{catalog}» ({organisation}), books its rooms and makes its Teams \
meetings, all as {account}.

The permissions are delegated: Classbell acts as that account only, after it has signed in.

{permissions}

There are two ways. The first gives the least.

1. For this one account only, with Microsoft Graph PowerShell:

{commands}

2. For the whole organisation, on Microsoft's own page:

{url}

Any account of the organisation could then be connected without being asked. To limit that, open \
the Microsoft Entra admin center > Enterprise applications > Classbell > Properties and set \
«Assignment required?» to Yes; then assign the account under «Users and groups», and everybody who \
signs in to Classbell as an admin as well, because they use the same application.

The address works for 14 days and gives nothing to whoever has it; Microsoft asks you to sign in. \
Afterwards please tell {asked_by}, who can check it in Classbell.
"""


def approval_text(
    *,
    catalog: Catalog,
    asked_by: str,
    base_url: str,
    account_address: str,
    scopes: Iterable[str],
    commands: str,
    url: str,
) -> str:
    """Return the whole text, plain, in paragraphs.

    Args:
        catalog: for which.
        asked_by: name of whoever asks.
        base_url: address of this Classbell.
        account_address: the account it is about; may be empty.
        scopes: the permissions, by name.
        commands: PowerShell for the one account.
        url: Microsoft's page for the whole organisation.
    """
    unknown = "an account of your organisation (put its address into the script)"
    return TEXT.format(
        asked_by=asked_by,
        catalog=catalog.title,
        organisation=catalog.organisation.name,
        account=account_address or unknown,
        base_url=base_url,
        permissions="\n".join(
            f"  - {scope}: to {PURPOSES.get(scope, 'work')}" for scope in sorted(scopes)
        ),
        commands=commands.rstrip(),
        url=url,
    )
