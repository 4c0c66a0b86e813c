"""Teams meetings: what stands behind a join link, and who may do what in it."""

from m365sandbox.meetings.state import Meetings

__all__ = ["Meetings"]
