"""Every table of Classbell, one module for each concept."""

from classbell.storage.models.accounts import (
    Account,
    AccountState,
    CapabilityCheck,
    Connection,
    Incident,
    PendingConnection,
)
from classbell.storage.models.agreements import (
    Approval,
    ApprovalState,
    ConnectInvitation,
    ConsentSighting,
    OfferState,
    SharingOffer,
    SightingKind,
)
from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.courses import (
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    SessionInstructor,
)
from classbell.storage.models.delivery import (
    Attempt,
    Envelope,
    EnvelopeState,
    Lane,
    LaneKind,
    Message,
    MessageState,
    WorkItem,
)
from classbell.storage.models.health import (
    AlertRoute,
    AlertRouteTest,
    AlertSetting,
    HealthEvent,
    OperatorAlarm,
)
from classbell.storage.models.notifications import Notification, NotificationContent
from classbell.storage.models.organisations import (
    Organisation,
    Person,
    PersonLink,
    Role,
    RoleAssignment,
    SignInJourney,
)
from classbell.storage.models.providers import EmailProvider
from classbell.storage.models.records import AuditEntry, DomainEvent
from classbell.storage.models.scheduling import Entry, EntryState, RetiredEvent, Room

__all__ = [
    "Account",
    "AccountState",
    "AlertRoute",
    "AlertRouteTest",
    "AlertSetting",
    "Approval",
    "ApprovalState",
    "Attempt",
    "AuditEntry",
    "CapabilityCheck",
    "Catalog",
    "ConnectInvitation",
    "Connection",
    "ConsentSighting",
    "Course",
    "CourseSession",
    "DomainEvent",
    "EmailProvider",
    "Enrolment",
    "EnrolmentState",
    "Entry",
    "EntryState",
    "Envelope",
    "EnvelopeState",
    "HealthEvent",
    "Incident",
    "Lane",
    "LaneKind",
    "Message",
    "MessageState",
    "Notification",
    "NotificationContent",
    "OfferState",
    "OperatorAlarm",
    "Organisation",
    "PendingConnection",
    "Person",
    "PersonLink",
    "RetiredEvent",
    "Role",
    "RoleAssignment",
    "Room",
    "SessionInstructor",
    "SharingOffer",
    "SightingKind",
    "SignInJourney",
    "WorkItem",
]
