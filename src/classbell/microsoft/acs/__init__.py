"""Azure Communication Services Email (https://learn.microsoft.com/rest/api/communication/email)."""

from classbell.microsoft.acs.mail import AcsMail
from classbell.microsoft.acs.reports import EventGridReports

__all__ = ["AcsMail", "EventGridReports"]
