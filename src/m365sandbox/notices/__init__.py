"""Change notifications: who wants to hear of changes, and how they are told."""

from m365sandbox.notices.state import Notices

__all__ = ["Notices"]
