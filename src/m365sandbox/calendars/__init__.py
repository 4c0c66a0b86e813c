"""Calendars: events, invitations, the answers of people and rooms, free/busy."""

from m365sandbox.calendars.calendars import Calendars

__all__ = ["Calendars"]
