"""Does the client prove who it is: a secret, or an assertion by certificate or federation."""

import base64
from collections.abc import Mapping
from urllib.parse import unquote_plus

from m365sandbox.directory.applications import Application
from m365sandbox.entra.answers import is_guid
from m365sandbox.entra.assertions import check_assertion, subject_of
from m365sandbox.entra.errors import EntraError
from m365sandbox.world import World


def application_named(world: World, client_id: str, tenant: str) -> Application:
    """Return the registration a request names.

    Raises:
        EntraError: 700038 not a GUID, 700016 not registered, 7000112 disabled.
    """
    if not is_guid(client_id):
        raise EntraError(700038, client=client_id)
    application = world.directory.application(client_id)
    if application is None:
        raise EntraError(700016, client=client_id, tenant=tenant)
    if not application.is_enabled:
        raise EntraError(7000112, client=client_id, name=application.name)
    return application


def authenticate(
    world: World, form: Mapping[str, str], authorization: str, tenant: str
) -> Application:
    """Return the application a token request proves to be.

    Args:
        world: the sandbox.
        form: the parameters of the request.
        authorization: the Authorization header, empty when absent.
        tenant: the tenant segment of the path, for the error text.

    Raises:
        EntraError: 900144 no client id, those of `application_named`, 7000218 no credential,
            7000215 wrong secret, 7000222 expired secret, 90023 two different credentials, and
            those of `check_assertion`.
    """
    client_id, secret = _basic(authorization)
    if client_id and form.get("client_id", client_id) != client_id:
        raise EntraError(90023, reason="The client_id of header and body must be the same.")
    assertion = form.get("client_assertion", "")
    client_id = client_id or form.get("client_id", "") or (assertion and subject_of(assertion))
    if not client_id:
        raise EntraError(900144, parameter="client_id")
    application = application_named(world, client_id, tenant)
    secret = secret or form.get("client_secret", "")
    if assertion and secret:
        raise EntraError(90023, reason="A client proves itself by a secret or by an assertion.")
    if assertion:
        check_assertion(world, application, form, tenant)
        return application
    if not secret:
        raise EntraError(7000218)
    known = application.secret_matching(secret)
    if known is None:
        raise EntraError(7000215, client=application.client_id)
    if known.expires is not None and known.expires <= world.now():
        raise EntraError(7000222, client=application.client_id)
    return application


def _basic(authorization: str) -> tuple[str, str]:
    """Return client id and secret of a Basic header, both empty when there is none."""
    kind, _, packed = authorization.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(packed, validate=True).decode()
    except ValueError as error:
        raise EntraError(9002313) from error
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
