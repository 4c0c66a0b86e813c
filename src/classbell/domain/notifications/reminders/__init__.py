"""Reminders of sessions, some days before them."""
