"""The table of roles: every address of the product, every method it answers, and for whom.

It is compared with the addresses that there are, walked as everybody, and printed into
`docs/howto/roles.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PARTS = (
    "lms_admin",
    "owner",
    "colleague",
    "course_admin",
    "instructor",
    "learner",
    "stranger",
    "nobody",
)
"""Everybody who is asked: the catalog's admin is the owner, another catalog's the colleague; the
stranger is LMS admin and catalog admin of another organisation; nobody is not signed in."""

ORGANISATION = frozenset(PARTS[:6])
SIGNED_IN = frozenset(PARTS[:7])
EVERYBODY = frozenset(PARTS)

FORBIDDEN, NOT_FOUND, SIGN_IN = 403, 404, 303
DONE = frozenset({200, 302, 303, 422})
"""What answers somebody who may: a page, another address, or what to correct in a form."""


@dataclass(frozen=True)
class Who:
    """For whom a method of an address works, and how the others are refused.

    Attributes:
        may: parts of ``PARTS``.
        refused: status for others of the organisation.
        stranger: status for the stranger where they are refused.
        gives: statuses for those who may.
    """

    may: frozenset[str]
    refused: int = FORBIDDEN
    stranger: int = NOT_FOUND
    gives: frozenset[int] = DONE

    def expected(self, part: str) -> frozenset[int]:
        """Return the statuses that are right for somebody."""
        if part in self.may:
            return self.gives
        if part == "nobody":
            return frozenset({SIGN_IN})
        return frozenset({self.stranger if part == "stranger" else self.refused})


@dataclass(frozen=True)
class Address:
    """One address: what it is called in the document, and who may do what there.

    Attributes:
        words: what it is, for the document.
        section: under which heading of the document.
        get, post: for whom; None where the method does not exist.
        head: whether HEAD is answered as well.
    """

    words: str
    section: str
    get: Who | None = None
    post: Who | None = None
    head: bool = False

    def method(self, name: str) -> Who | None:
        """Return for whom a method works; None where there is none of that name."""
        return {"GET": self.get, "POST": self.post, "HEAD": self.get if self.head else None}.get(
            name
        )


def gives(who: Who, *statuses: int) -> Who:
    """Return the same with what answers those who may."""
    return Who(who.may, who.refused, who.stranger, frozenset(statuses))


PUBLIC = Who(EVERYBODY)
BY_TOKEN = Who(EVERYBODY, gives=frozenset({400}))
"""The address itself proves something: one that proves nothing is refused whoever brings it."""
MEMBER = Who(SIGNED_IN)
CATALOG = Who(frozenset({"owner"}))
COURSE = Who(frozenset({"owner", "course_admin"}))
LMS = Who(frozenset({"lms_admin", "stranger"}))
"""The stranger is LMS admin as well, and sees their own organisation there."""
LMS_HERE = Who(frozenset({"lms_admin"}))
GIVES_ROLES = Who(frozenset({"lms_admin", "owner"}))
INSIDE = Who(ORGANISATION)
LEARNER = Who(frozenset({"learner"}), refused=NOT_FOUND)
ATTENDS = Who(frozenset({"learner", "instructor"}), refused=NOT_FOUND)
INSTRUCTOR = Who(frozenset({"instructor"}), refused=NOT_FOUND)

ENTRANCE = "Signing in and out"
OWN = "For oneself"
TEACHING = "Teaching"
COURSES = "Courses, sessions and learners"
SETTINGS = "Catalog and its settings"
CONNECTION = "Connection"
ORGANISATION_WIDE = "All catalogs"
MACHINES = "For machines"


def page(words: str, section: str, who: Who) -> Address:
    """Return an address that only shows something."""
    return Address(words, section, get=gives(who, 200) if who.gives == DONE else who)


def act(words: str, section: str, who: Who) -> Address:
    """Return an address that only does something."""
    return Address(words, section, post=who)


def form(words: str, section: str, who: Who) -> Address:
    """Return an address that shows a form and takes it."""
    return Address(words, section, get=gives(who, 200) if who.gives == DONE else who, post=who)


ENTRANCE_ADDRESSES: Mapping[str, Address] = {
    "start": Address("First page", ENTRANCE, get=gives(MEMBER, 302)),
    "signin": Address("Sign in", ENTRANCE, get=gives(PUBLIC, 200, 302), post=PUBLIC),
    "signin-callback": page("Back from a sign-in", ENTRANCE, BY_TOKEN),
    "signout": act("Sign out", ENTRANCE, PUBLIC),
    "link": form("Add a sign-in, by a mailed link", ENTRANCE, BY_TOKEN),
    "invited": form("Connect one’s account, by a mailed link", ENTRANCE, BY_TOKEN),
    "approve": page("What became of an approval", ENTRANCE, PUBLIC),
    "connect-callback": page("Back from connecting", ENTRANCE, gives(MEMBER, 400)),
    "theme": act("Light or dark", ENTRANCE, PUBLIC),
}
OWN_ADDRESSES: Mapping[str, Address] = {
    "my-sessions": page("Own sessions", OWN, MEMBER),
    "open-sessions": page("Open sessions", OWN, MEMBER),
    "my-session": page("An open session, or an own one", OWN, INSIDE),
    "my-session-enrol": act("Enrol in an open session", OWN, INSIDE),
    "my-session-leave": form("Leave an own session", OWN, LEARNER),
    "my-session-calendar": page("Take an own session into the calendar", OWN, ATTENDS),
    "language": form("Language and time zone", OWN, MEMBER),
    "preferences": form("Email preferences", OWN, MEMBER),
    "preferences-link": form("Email preferences, by a mailed link", OWN, PUBLIC),
    "unsubscribe": Address(
        "Decline mail by one click", OWN, get=gives(PUBLIC, 200), post=gives(PUBLIC, 422)
    ),
    "own-calendar": form("Address of one’s own calendar", OWN, MEMBER),
    "delivery-help": page("Help with delivery problems", OWN, MEMBER),
    "teaching": page("Sessions that one teaches", TEACHING, INSTRUCTOR),
    "teaching-session": page("Attendance list of such a session", TEACHING, INSTRUCTOR),
    "teaching-attendance": act("Mark attendance", TEACHING, INSTRUCTOR),
    "teaching-export": act("Take the list along", TEACHING, INSTRUCTOR),
}
COURSE_ADDRESSES: Mapping[str, Address] = {
    "courses": page("Courses", COURSES, COURSE),
    "course-new": form("Make a course", COURSES, CATALOG),
    "course-edit": form("Change a course", COURSES, COURSE),
    "group-new": form("Make a group of sessions", COURSES, COURSE),
    "group-edit": form("Change a group", COURSES, COURSE),
    "group-remove": act("Remove a group", COURSES, COURSE),
    "sessions": page("Sessions", COURSES, COURSE),
    "session-month": page("Sessions of a month", COURSES, COURSE),
    "session-new": form("Make a session", COURSES, COURSE),
    "session": page("A session", COURSES, COURSE),
    "session-edit": form("Change a session", COURSES, COURSE),
    "session-publish": act("Publish a session", COURSES, COURSE),
    "session-copy": form("Copy a session", COURSES, COURSE),
    "session-cancel": form("Cancel a session", COURSES, COURSE),
    "session-retry": act("Ask Microsoft 365 again", COURSES, COURSE),
    "session-rooms": page("Rooms for a session", COURSES, COURSE),
    "session-room": act("Move a session to a room", COURSES, COURSE),
    "recreate-link": act("Make a Teams link anew", COURSES, COURSE),
    "outlook-edit": act("Decide about a change in Outlook", COURSES, COURSE),
    "session-learners": page("Learners of a session", COURSES, COURSE),
    "session-enrol": act("Enrol learners", COURSES, COURSE),
    "session-unenrol": act("Unenrol a learner", COURSES, COURSE),
    "session-change": act("Change a learner’s session", COURSES, COURSE),
    "session-attendance": act("Attendance in per cent", COURSES, COURSE),
    "sign-in-link": act("Send a learner a sign-in link", COURSES, COURSE),
    "session-message": form("Write to learners", COURSES, COURSE),
    "session-message-preview": act("See such a message", COURSES, COURSE),
    "session-message-sent": page("Follow such a message", COURSES, COURSE),
}
SETTING_ADDRESSES: Mapping[str, Address] = {
    "home": page("Home of a catalog", SETTINGS, CATALOG),
    "rooms": page("Rooms", SETTINGS, CATALOG),
    "rooms-refresh": act("List the rooms anew", SETTINGS, CATALOG),
    "room-hide": act("Hide a room", SETTINGS, CATALOG),
    "room-show": act("Offer a room again", SETTINGS, CATALOG),
    "deliveries": page("Delivery log", SETTINGS, CATALOG),
    "deliveries-resend": act("Send messages again", SETTINGS, CATALOG),
    "deliveries-export": act("Take the log along", SETTINGS, CATALOG),
    "delivery": page("A message", SETTINGS, CATALOG),
    "audit": page("Audit log", SETTINGS, CATALOG),
    "audit-export": act("Take the audit log along", SETTINGS, CATALOG),
    "search": page("Search of people and sessions", SETTINGS, CATALOG),
    "person": page("Somebody’s sessions and messages", SETTINGS, CATALOG),
    "notifications": page("Notifications", SETTINGS, CATALOG),
    "notification-edit": form("Shape a notification", SETTINGS, CATALOG),
    "notification-preview": Address(
        "See a notification", SETTINGS, get=gives(CATALOG, 200), post=CATALOG
    ),
    "notification-switch": act("Switch a notification", SETTINGS, CATALOG),
    "notification-test": act("Try a notification out", SETTINGS, CATALOG),
    "notification-reset": form("Reset a notification", SETTINGS, CATALOG),
    "notification-restore": form("Bring an older text back", SETTINGS, CATALOG),
    "notification-courses": form("Notifications of single courses", SETTINGS, CATALOG),
    "session-settings": form("Invitations and meetings", SETTINGS, CATALOG),
    "general": form("General settings", SETTINGS, CATALOG),
    "look-example": page("How mail looks", SETTINGS, CATALOG),
    "integrations": page("Integrations", SETTINGS, CATALOG),
    "integration-new": form("Let another program in", SETTINGS, CATALOG),
    "integration": page("An integration", SETTINGS, CATALOG),
    "integration-rotate": act("Make a token anew", SETTINGS, CATALOG),
    "integration-revoke": act("Revoke an integration", SETTINGS, CATALOG),
    "webhooks": page("Webhooks", SETTINGS, CATALOG),
    "webhook-new": form("Make a webhook", SETTINGS, CATALOG),
    "webhook": form("Change a webhook", SETTINGS, CATALOG),
    "webhook-test": act("Try a webhook out", SETTINGS, CATALOG),
    "webhook-secret": act("Make a webhook’s secret anew", SETTINGS, CATALOG),
    "webhook-switch": act("Switch a webhook", SETTINGS, CATALOG),
    "webhook-replay": act("Send events again", SETTINGS, CATALOG),
    "webhook-replay-one": act("Send one event again", SETTINGS, CATALOG),
    "webhook-delete": page("Ask before a webhook goes", SETTINGS, CATALOG),
    "webhook-delete-now": act("Delete a webhook", SETTINGS, CATALOG),
    "catalog-calendar": form("Addresses of calendars", SETTINGS, CATALOG),
    "catalog-roles": form("Roles in a catalog", SETTINGS, GIVES_ROLES),
    "catalog-role-take": form("Take a role in a catalog", SETTINGS, GIVES_ROLES),
}
CONNECTION_ADDRESSES: Mapping[str, Address] = {
    "health": page("Connection health", CONNECTION, CATALOG),
    "health-check": act("Check the connection", CONNECTION, CATALOG),
    "held": form("Decide about held mail", CONNECTION, CATALOG),
    "connect": act("Connect", CONNECTION, CATALOG),
    "connection-save": act("Save the connection", CONNECTION, CATALOG),
    "connection-cancel": act("Cancel the connecting", CONNECTION, CATALOG),
    "connection-check": act("Check the account", CONNECTION, CATALOG),
    "consent": act("Consent", CONNECTION, CATALOG),
    "approval-ask": act("Ask for an approval", CONNECTION, CATALOG),
    "approval-check": act("Check an approval", CONNECTION, CATALOG),
    "approval-withdraw": act("Withdraw an approval", CONNECTION, CATALOG),
    "invite": act("Invite the owner of an account", CONNECTION, CATALOG),
    "invitation-withdraw": act("Withdraw an invitation", CONNECTION, CATALOG),
    "offer": act("Offer an account", CONNECTION, CATALOG),
    "offer-accept": act("Accept an offered account", CONNECTION, CATALOG),
    "offer-decline": act("Decline an offered account", CONNECTION, CATALOG),
    "offer-withdraw": act("Withdraw an offer", CONNECTION, CATALOG),
    "account-change": form("Change the account", CONNECTION, CATALOG),
    "application-account": form("Use an application-only account", CONNECTION, CATALOG),
    "disconnect": form("Disconnect", CONNECTION, CATALOG),
}
OTHER_ADDRESSES: Mapping[str, Address] = {
    "catalogs": form("Catalogs, and making one", ORGANISATION_WIDE, LMS),
    "become-admin": act("Make oneself catalog admin", ORGANISATION_WIDE, LMS_HERE),
    "connections": page("Connections of all catalogs", ORGANISATION_WIDE, LMS),
    "alert-test": act("Test the route of alerts", ORGANISATION_WIDE, LMS),
    "alert-substitute": act("Choose another route of alerts", ORGANISATION_WIDE, LMS),
    "email-provider": page("Email provider", ORGANISATION_WIDE, LMS),
    "organisation-calendar": page("Organization calendar", ORGANISATION_WIDE, LMS),
    "audit-all": page("Audit log of all catalogs", ORGANISATION_WIDE, LMS),
    "audit-export-all": act("Take that log along", ORGANISATION_WIDE, LMS),
    "webhooks-all": page("Webhooks of all catalogs", ORGANISATION_WIDE, LMS),
    "webhook-new-all": form("Make a webhook of all catalogs", ORGANISATION_WIDE, LMS),
    "webhook-all": form("Change such a webhook", ORGANISATION_WIDE, LMS_HERE),
    "webhook-test-all": act("Try such a webhook out", ORGANISATION_WIDE, LMS_HERE),
    "webhook-secret-all": act("Make its secret anew", ORGANISATION_WIDE, LMS_HERE),
    "webhook-switch-all": act("Switch it", ORGANISATION_WIDE, LMS_HERE),
    "webhook-replay-all": act("Send it events again", ORGANISATION_WIDE, LMS_HERE),
    "webhook-replay-one-all": act("Send it one event again", ORGANISATION_WIDE, LMS_HERE),
    "webhook-delete-all": page("Ask before it goes", ORGANISATION_WIDE, LMS_HERE),
    "webhook-delete-now-all": act("Delete it", ORGANISATION_WIDE, LMS_HERE),
    "personal-data": form("Personal data of somebody", ORGANISATION_WIDE, LMS),
    "roles": form("LMS admins", ORGANISATION_WIDE, LMS),
    "role-take": form("Take the role LMS admin", ORGANISATION_WIDE, LMS_HERE),
    "readyz": Address("Whether it is ready", MACHINES, get=gives(PUBLIC, 200), head=True),
    "metrics": Address("Figures, by a token", MACHINES, get=gives(PUBLIC, 404), head=True),
    "healthz": Address("For load balancers", MACHINES, get=gives(PUBLIC, 200), head=True),
    "asset": Address("Style sheet, scripts and icons", MACHINES, get=gives(PUBLIC, 200), head=True),
    "calendar-file": Address(
        "A calendar, by its secret address", MACHINES, get=gives(PUBLIC, 404), head=True
    ),
    "calendar-reports": act("Reports of calendars", MACHINES, gives(PUBLIC, 404)),
    "acs-reports": act("Reports of delivery", MACHINES, gives(PUBLIC, 404)),
}
TABLE: Mapping[str, Address] = {
    **ENTRANCE_ADDRESSES,
    **OWN_ADDRESSES,
    **COURSE_ADDRESSES,
    **SETTING_ADDRESSES,
    **CONNECTION_ADDRESSES,
    **OTHER_ADDRESSES,
}
