"""Outgoing events: signing them, and posting them to addresses that admins named."""

from classbell.webhooks.sender import SignedSender, webhook_sender

__all__ = ["SignedSender", "webhook_sender"]
