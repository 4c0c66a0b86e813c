"""What the facts of the audit log are called: ``starts_at`` as people read it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from classbell.ports.words import marked as _

NAMES: Mapping[str, str] = {
    "accepted": _("Accepted"),
    "account": _("Account"),
    "account not saved": _("Account that was not saved"),
    "active": _("Activated"),
    "acts": _("Acts on"),
    "address": _("Address"),
    "allowed": _("Allowed"),
    "application_accounts": _("Application-only accounts"),
    "ask_for_answers": _("Ask people whether they come"),
    "before": _("Older than"),
    "booked_rooms": _("Booked rooms"),
    "by": _("Invited by"),
    "by_mail_only": _("Invited by email"),
    "bytes_per_five_minutes": _("Bytes in five minutes"),
    "calendar": _("Calendar"),
    "catalogs_told": _("Catalogs told"),
    "changed": _("Changed"),
    "co_organisers": _("Co-organisers"),
    "code": _("Microsoft's code"),
    "colour": _("Colour"),
    "course": _("Course"),
    "courses": _("Courses"),
    "customised": _("Customised"),
    "delivery reports": _("Delivery reports"),
    "description": _("Description"),
    "enabled": _("Switched on"),
    "endpoint": _("Resource"),
    "ends_at": _("Ends"),
    "enrolment_deadline": _("Enrol by"),
    "enrolment_type": _("People enrol"),
    "enrolments": _("Enrolments"),
    "event_types": _("Kinds of events"),
    "events": _("Events"),
    "expires_at": _("Expires"),
    "external_recipients_per_day": _("Recipients outside the organisation in a day"),
    "failures": _("Failed attempts"),
    "files": _("Files"),
    "format": _("File format"),
    "from": _("From"),
    "generation": _("Version"),
    "group": _("Group"),
    "hash": _("Hash"),
    "host": _("Host of the address"),
    "ids": _("Numbers of the messages"),
    "in_outlook": _("In Outlook"),
    "invited": _("Invited"),
    "kind": _("Notification"),
    "language": _("Language"),
    "learners": _("Learners"),
    "left_out": _("Left out"),
    "lobby": _("Lobby"),
    "logo": _("Logo"),
    "logo_height": _("Height of the logo"),
    "logo_type": _("Kind of picture"),
    "logo_width": _("Width of the logo"),
    "mail": _("Mail"),
    "mail_goes_on": _("Mail goes on"),
    "mailbox": _("Mailbox"),
    "maybe_twice": _("May arrive twice"),
    "meeting_options": _("Meeting options"),
    "meeting_url": _("Link to another meeting"),
    "messages": _("Messages"),
    "messages per hour": _("Messages an hour"),
    "messages per minute": _("Messages a minute"),
    "messages_per_hour": _("Messages an hour"),
    "messages_per_minute": _("Messages a minute"),
    "name": _("Name"),
    "object_id": _("Object id"),
    "offered by": _("Offered by"),
    "on": _("Switched on"),
    "only tried again": _("Only tried again"),
    "people": _("People"),
    "permissions": _("Permissions"),
    "person": _("Person"),
    "place": _("Place in words"),
    "place_when_firm": _("Tell the room only once it has accepted"),
    "proof": _("Proof of identity"),
    "published": _("Published"),
    "reason": _("Reason"),
    "recipients_per_day": _("Recipients in a day"),
    "recipients_per_envelope": _("Recipients of one mail"),
    "released": _("Held messages sent"),
    "reply_to": _("Reply to"),
    "reply_to_name": _("Name beside it"),
    "requests_in_flight": _("Requests at a time"),
    "role": _("Role"),
    "room_address": _("Room"),
    "rooms": _("Rooms"),
    "route": _("Route"),
    "scope": _("Confined to its mailboxes"),
    "scopes": _("Scopes"),
    "seats": _("Seats"),
    "self_enrolment": _("People enrol themselves"),
    "sender": _("Sender"),
    "sequence": _("Number"),
    "sessions": _("Sessions"),
    "share": _("Shared"),
    "shared_calendar": _("Organization calendar"),
    "shared_with": _("Other catalogs that use it"),
    "shown by": _("Proven by"),
    "since": _("Since"),
    "starts_at": _("Starts"),
    "states": _("State"),
    "subject": _("Subject"),
    "taken_at": _("Time of the backup"),
    "teams": _("Teams"),
    "teams_meeting": _("Teams meeting"),
    "tenant": _("Tenant"),
    "text": _("Text"),
    "time_zone": _("Time zone"),
    "title": _("Title"),
    "to": _("To"),
    "upcoming_sessions": _("Upcoming sessions"),
    "urgent_reserve": _("Kept for urgent messages"),
    "url": _("Address"),
    "verdict": _("Problem"),
    "version": _("Version"),
    "waiting_list": _("Waiting list"),
    "waiting_messages": _("Waiting messages"),
    "wants_messages": _("Messages"),
    "way": _("How"),
    "who": _("Who"),
}
"""Every fact that the domain records; a test holds this against its source."""

NAMES_ARE_SAID = frozenset({"changed"})
"""Facts whose values are names of facts themselves."""

ROLES: Mapping[str, str] = {
    "lms_admin": _("LMS admin"),
    "catalog_admin": _("Catalog admin"),
    "course_admin": _("Course admin"),
}
"""What the values of the fact «role» are called."""


def role_name(role: str) -> str:
    """Return what a role is called, in the language of the page."""
    return gettext(ROLES[role]) if role in ROLES else role


def fact_name(name: str) -> str:
    """Return what a fact is called, in the language of the page.

    Args:
        name: as it stands in a row; one of an earlier version reads as it stands.
    """
    return gettext(NAMES[name]) if name in NAMES else name.replace("_", " ")
