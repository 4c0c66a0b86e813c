"""A typed client of Classbell's REST API; it needs httpx2 and nothing of Classbell itself."""

from classbell_client.client import CatalogClient, Client
from classbell_client.errors import ClassbellProblem, Unreachable
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
    "Attendance",
    "Catalog",
    "CatalogClient",
    "ClassbellProblem",
    "Client",
    "Course",
    "Enrolled",
    "Enrolment",
    "Group",
    "Integration",
    "Person",
    "Progress",
    "SentNotification",
    "Session",
    "Unreachable",
]
