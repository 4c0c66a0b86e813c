"""Webhooks: which events leave, who is told of them, and how each gets there."""
