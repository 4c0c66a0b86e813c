"""The scope parameter: which permissions a client asks for, and of which resource."""

from dataclasses import dataclass

from m365sandbox.directory.applications import Application
from m365sandbox.directory.directory import Directory
from m365sandbox.entra.errors import EntraError
from m365sandbox.entra.permissions import OPENID_SCOPES, permission_named

GRAPH = "https://graph.microsoft.com"
GRAPH_RESOURCES = (
    GRAPH,
    "00000003-0000-0000-c000-000000000000",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
)
# Microsoft's client for e-mail writes the resource with a slash at its end, and the token names it
# as it was asked for.
EMAIL_RESOURCES = ("https://communication.azure.com", "https://communication.azure.com/")
DEFAULT = ".default"
OWN_RESOURCE = "api://"


@dataclass(frozen=True)
class Asked:
    """Permissions asked for: Graph's own names without the resource, and OpenID's."""

    names: frozenset[str]
    is_default: bool = False
    prefix: str = ""

    @property
    def graph(self) -> frozenset[str]:
        """Return the Graph permissions alone."""
        return self.names - OPENID_SCOPES

    def written(self, granted: frozenset[str]) -> str:
        """Return granted permissions as a token response lists them.

        OpenID's come first, and Graph's carry the resource when the client wrote it itself.
        offline_access is never listed: the refresh token says it.
        """
        listed = sorted((granted & OPENID_SCOPES) - {"offline_access"})
        return " ".join(
            [*listed, *(self.prefix + name for name in sorted(granted - OPENID_SCOPES))]
        )


def parse(text: str, own_addresses: tuple[str, ...]) -> Asked:
    """Read a scope parameter.

    Args:
        text: the parameter, names separated by spaces.
        own_addresses: public addresses of the sandbox, which stand for Graph as well.

    Raises:
        EntraError: 70011 for a name Graph does not have or for .default beside other names,
            500011 for another resource.
    """
    names: set[str] = set()
    prefix = ""
    for scope in text.split():
        resource, _, name = scope.rpartition("/")
        if scope.lower() in OPENID_SCOPES:
            names.add(scope.lower())
            continue
        if resource:
            _check_resource(resource, own_addresses)
            prefix = f"{resource}/"
        names.add(_known(name, text))
    if DEFAULT in names and names - OPENID_SCOPES - {DEFAULT}:
        raise EntraError(70011, scope=text)
    return Asked(frozenset(names - {DEFAULT}), DEFAULT in names, prefix)


def application_audience(text: str, own_addresses: tuple[str, ...]) -> str:
    """Return for whom an application's own token is, from its scope, a resource's .default.

    Raises:
        EntraError: 500011 for a resource nobody knows.
    """
    resource = text.removesuffix(f"/{DEFAULT}")
    if resource.lower() in EMAIL_RESOURCES:
        return resource.lower()
    _check_resource(resource, own_addresses)
    return GRAPH


def own_resource(text: str, directory: Directory) -> str:
    """Return the address of a registered application that a scope names; empty for no such.

    It is the address that Entra proposes when an interface is exposed, ``api://`` and the client
    id: https://learn.microsoft.com/entra/identity-platform/quickstart-configure-app-expose-web-apis
    """
    resource = text.removesuffix(f"/{DEFAULT}").lower()
    client_id = resource.removeprefix(OWN_RESOURCE)
    known = resource.startswith(OWN_RESOURCE) and directory.application(client_id) is not None
    return resource if known else ""


def owner_of(resource: str, directory: Directory) -> Application:
    """Return the application behind an address that `own_resource` returned."""
    found = directory.application(resource.removeprefix(OWN_RESOURCE))
    if found is None:
        raise LookupError(resource)
    return found


def _known(name: str, text: str) -> str:
    if name == DEFAULT:
        return name
    permission = permission_named(name)
    if permission is None:
        raise EntraError(70011, scope=text)
    return permission.name


def _check_resource(resource: str, own_addresses: tuple[str, ...]) -> None:
    asked = resource.rstrip("/").lower()
    if asked not in GRAPH_RESOURCES and asked not in own_addresses:
        raise EntraError(500011, resource=resource, tenant="the organization")
