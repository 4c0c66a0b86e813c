"""The refusals Graph's mail and calendar services give, by name."""

from m365sandbox.errors import GraphError


def bad_request(message: str, code: str = "BadRequest") -> GraphError:
    """Return the refusal of a request that cannot be understood (400)."""
    return GraphError(400, code, message)


def unreadable(message: str) -> GraphError:
    """Return the refusal of a body that does not fit the type it stands for (400)."""
    return GraphError(400, "RequestBodyRead", message)


def item_not_found() -> GraphError:
    """Return the refusal for an item that is gone or belongs to another mailbox (404)."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def request_denied() -> GraphError:
    """Return the refusal of the directory for a missing permission (403)."""
    return GraphError(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )


def mailbox_not_enabled() -> GraphError:
    """Return the refusal for an account without an Exchange Online mailbox (404)."""
    return GraphError(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    )


def user_not_found(name: str) -> GraphError:
    """Return the refusal for a user who is not in the directory (404)."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{name}' does not exist or one of its queried reference-property objects "
        "are not present.",
    )
