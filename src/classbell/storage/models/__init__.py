"""Every table of Classbell, one module for each concept."""

from classbell.storage.models.accounts import (
    Account,
    AccountKind,
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
from classbell.storage.models.attempts import FailedAttempts
from classbell.storage.models.calendar_feeds import CalendarFeed, FeedKind
from classbell.storage.models.calendars import (
    AccountChange,
    AccountChangeState,
    CalendarOptions,
    CalendarWatch,
    SharedEntry,
    SharedWay,
)
from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.courses import (
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    EnrolmentType,
    SessionGroup,
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
from classbell.storage.models.figures import MessageHour
from classbell.storage.models.health import (
    AlertRoute,
    AlertRouteTest,
    AlertSetting,
    HealthEvent,
    OperatorAlarm,
)
from classbell.storage.models.integrations import ApiRequest, ApiToken, Integration
from classbell.storage.models.notifications import Notification, NotificationContent
from classbell.storage.models.operations import Restoration, WorkerHeartbeat
from classbell.storage.models.organisations import (
    Organisation,
    Person,
    PersonLink,
    Role,
    RoleAssignment,
    SignInJourney,
)
from classbell.storage.models.providers import EmailProvider
from classbell.storage.models.records import AuditChain, AuditEntry, DomainEvent, KeptForever
from classbell.storage.models.scheduling import (
    Entry,
    EntryState,
    HiddenRoom,
    RetiredEvent,
    Room,
    RoomList,
)
from classbell.storage.models.templates import (
    CourseNotification,
    MailLook,
    MailOptOut,
    NotificationTemplate,
    SentReminder,
    TemplateVersion,
)
from classbell.storage.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookState

__all__ = [
    "Account",
    "AccountChange",
    "AccountChangeState",
    "AccountKind",
    "AccountState",
    "AlertRoute",
    "AlertRouteTest",
    "AlertSetting",
    "ApiRequest",
    "ApiToken",
    "Approval",
    "ApprovalState",
    "Attempt",
    "AuditChain",
    "AuditEntry",
    "CalendarFeed",
    "CalendarOptions",
    "CalendarWatch",
    "CapabilityCheck",
    "Catalog",
    "ConnectInvitation",
    "Connection",
    "ConsentSighting",
    "Course",
    "CourseNotification",
    "CourseSession",
    "DomainEvent",
    "EmailProvider",
    "Enrolment",
    "EnrolmentState",
    "EnrolmentType",
    "Entry",
    "EntryState",
    "Envelope",
    "EnvelopeState",
    "FailedAttempts",
    "FeedKind",
    "HealthEvent",
    "HiddenRoom",
    "Incident",
    "Integration",
    "KeptForever",
    "Lane",
    "LaneKind",
    "MailLook",
    "MailOptOut",
    "Message",
    "MessageHour",
    "MessageState",
    "Notification",
    "NotificationContent",
    "NotificationTemplate",
    "OfferState",
    "OperatorAlarm",
    "Organisation",
    "PendingConnection",
    "Person",
    "PersonLink",
    "Restoration",
    "RetiredEvent",
    "Role",
    "RoleAssignment",
    "Room",
    "RoomList",
    "SentReminder",
    "SessionGroup",
    "SessionInstructor",
    "SharedEntry",
    "SharedWay",
    "SharingOffer",
    "SightingKind",
    "SignInJourney",
    "TemplateVersion",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookState",
    "WorkItem",
    "WorkerHeartbeat",
]
