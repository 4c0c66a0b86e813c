"""Azure Communication Services Email: sending, operations, delivery reports, suppression."""

from m365sandbox.acs.state import Acs

__all__ = ["Acs"]
