"""Mail: letters, mailboxes, the transport between them, and Exchange's sending limits."""

from m365sandbox.mailboxes.mailboxes import Mailboxes

__all__ = ["Mailboxes"]
