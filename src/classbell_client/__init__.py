"""A typed client of Classbell's REST API; it needs httpx2 and nothing of Classbell itself."""

from classbell_client.client import CatalogClient, Client
from classbell_client.connection import (
    Account,
    Capability,
    Connection,
    Health,
    Invitation,
    Room,
    RoomAvailability,
)
from classbell_client.errors import ClassbellProblem, Unreachable
from classbell_client.messages import Act, Delivery, Template
from classbell_client.models import (
    Attendance,
    Catalog,
    Course,
    Enrolled,
    Enrolment,
    Group,
    Integration,
    Person,
    Progress,
    SentNotification,
    Session,
)

__all__ = [
    "Account",
    "Act",
    "Attendance",
    "Capability",
    "Catalog",
    "CatalogClient",
    "ClassbellProblem",
    "Client",
    "Connection",
    "Course",
    "Delivery",
    "Enrolled",
    "Enrolment",
    "Group",
    "Health",
    "Integration",
    "Invitation",
    "Person",
    "Progress",
    "Room",
    "RoomAvailability",
    "SentNotification",
    "Session",
    "Template",
    "Unreachable",
]
