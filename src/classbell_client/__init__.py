"""A typed client of Classbell's REST API; it needs httpx2 and nothing of Classbell itself."""

from classbell_client.client import CatalogClient, Client
from classbell_client.errors import ClassbellProblem, Unreachable
from classbell_client.models import (
    Catalog,
    Course,
    Enrolled,
    Enrolment,
    Integration,
    Person,
    Progress,
    SentNotification,
    Session,
)

__all__ = [
    "Catalog",
    "CatalogClient",
    "ClassbellProblem",
    "Client",
    "Course",
    "Enrolled",
    "Enrolment",
    "Integration",
    "Person",
    "Progress",
    "SentNotification",
    "Session",
    "Unreachable",
]
