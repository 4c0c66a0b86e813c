"""Microsoft Graph v1.0 (https://learn.microsoft.com/en-us/graph/overview)."""

from classbell.microsoft.graph.account import GraphAccount
from classbell.microsoft.graph.calendar import GraphCalendar
from classbell.microsoft.graph.calendar_watching import GraphCalendarWatching
from classbell.microsoft.graph.client import GraphClient
from classbell.microsoft.graph.mail import GraphMail
from classbell.microsoft.graph.mailbox_path import application_mailbox, mailbox_path, own_mailbox
from classbell.microsoft.graph.online_meetings import GraphMeetings
from classbell.microsoft.graph.rooms import GraphRooms

__all__ = [
    "GraphAccount",
    "GraphCalendar",
    "GraphCalendarWatching",
    "GraphClient",
    "GraphMail",
    "GraphMeetings",
    "GraphRooms",
    "application_mailbox",
    "mailbox_path",
    "own_mailbox",
]
