"""Where Microsoft's clouds live: the hosts for signing in and for Graph."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.ports.errors import ConfigurationFault


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds, or something that speaks like one.

    Attributes:
        login_url: scheme and host of Entra ID, without a slash at the end.
        graph_url: scheme and host of Graph, without ``/v1.0`` and without a slash at the end.
        scope_prefix: what stands before a permission's name in a request. A name without prefix
            means Graph of the global cloud; the national clouds name their own resource.
        powershell_environment: what ``Connect-MgGraph`` calls the cloud.
        email_scope: what an application asks for to use Azure Communication Services; empty where
            none is known, so that only a resource's access key can be used.
    """

    login_url: str
    graph_url: str
    scope_prefix: str = ""
    powershell_environment: str = "Global"
    email_scope: str = "https://communication.azure.com/.default"


# https://learn.microsoft.com/en-us/graph/deployments
CLOUDS = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "us-government": Cloud(
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
        "https://graph.microsoft.us/",
        "USGov",
        "https://communication.azure.us/.default",
    ),
    "dod": Cloud(
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
        "https://dod-graph.microsoft.us/",
        "USGovDoD",
        "https://communication.azure.us/.default",
    ),
    "china": Cloud(
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn/",
        "China",
        "",
    ),
}


def cloud_for(name: str, *, login_url: str = "", graph_url: str = "") -> Cloud:
    """Return the cloud of that name, with hosts replaced where the operator gives others.

    Args:
        name: the setting CLASSBELL_CLOUD.
        login_url: the setting CLASSBELL_LOGIN_URL, empty for the cloud's own.
        graph_url: the setting CLASSBELL_GRAPH_URL without ``/v1.0``, empty for the cloud's own.

    Raises:
        ConfigurationFault: there is no cloud of that name.
    """
    try:
        cloud = CLOUDS[name]
    except KeyError:
        raise ConfigurationFault(
            f"CLASSBELL_CLOUD names no cloud: {name!r}.",
            meaning="Classbell does not know where to sign in.",
            remedy=f"Use one of {', '.join(CLOUDS)}.",
        ) from None
    return Cloud(
        login_url=(login_url or cloud.login_url).rstrip("/"),
        graph_url=(graph_url or cloud.graph_url).rstrip("/"),
        # An address of its own is no resource name; permissions are then named without prefix.
        scope_prefix="" if graph_url else cloud.scope_prefix,
        powershell_environment=cloud.powershell_environment,
        email_scope=cloud.email_scope,
    )
