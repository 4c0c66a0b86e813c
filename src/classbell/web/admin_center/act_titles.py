"""What the words of the audit log mean: ``connection.saved`` as people read it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from classbell.ports.words import marked as _

TITLES: Mapping[str, str] = {
    "account.changed": _("Moved to another account"),
    "account.offer_accepted": _("Offer of an account accepted"),
    "account.offer_declined": _("Offer of an account declined"),
    "account.offer_withdrawn": _("Offer of an account withdrawn"),
    "account.offered": _("Account offered to another catalog"),
    "account.pace_set": _("Pace of an account set"),
    "alerts.by_account": _("Alerts through another account allowed or not"),
    "alerts.tested": _("Alerts tested"),
    "approval.asked": _("Approval asked for"),
    "approval.checked": _("Approval looked for"),
    "approval.proven": _("Approval proven"),
    "approval.withdrawn": _("Request for approval withdrawn"),
    "attempts.refused": _("Failed attempts refused"),
    "audit.exported": _("Audit log exported"),
    "calendar.not_shared": _("Organization calendar switched off"),
    "calendar.shared": _("Organization calendar switched on"),
    "backup.restored": _("Backup restored"),
    "calendar_feed.made": _("Address of a calendar made"),
    "calendar_feed.revoked": _("Address of a calendar revoked"),
    "catalog.calendar_options_changed": _("Meeting settings changed"),
    "catalog.changed": _("Catalog changed"),
    "catalog.created": _("Catalog created"),
    "catalog.look_changed": _("Look of mail changed"),
    "connection.back": _("Connection restored"),
    "connection.cancelled": _("Sign-in given up before it was saved"),
    "connection.checked": _("Connection checked"),
    "connection.disconnected": _("Account disconnected"),
    "connection.invitation_withdrawn": _("Invitation to connect withdrawn"),
    "connection.lost": _("Connection lost"),
    "connection.owner_invited": _("Owner of an account invited to connect it"),
    "connection.owner_signed_in": _("Invited owner signed in"),
    "connection.route_changed": _("Another route for mail chosen"),
    "connection.saved": _("Connection settings saved"),
    "connection.shared": _("Account of another catalog used"),
    "connection.switched_off": _("Connection switched off"),
    "connection.switched_on": _("Connection switched on"),
    "course.changed": _("Course changed"),
    "course.created": _("Course created"),
    "course.enrolment_changed": _("Rules of enrolment changed"),
    "email_provider.activated": _("Email provider activated"),
    "email_provider.deactivated": _("Email provider deactivated"),
    "events.cleared_by_hand": _("Former calendar entries cleared by hand"),
    "group.changed": _("Group changed"),
    "group.created": _("Group created"),
    "group.removed": _("Group removed"),
    "held_mail.discarded": _("Held messages discarded"),
    "held_mail.released": _("Held messages sent"),
    "import.applied": _("Import applied"),
    "integration.created": _("Integration created"),
    "integration.revoked": _("Integration revoked"),
    "integration.rotated": _("Token of an integration rotated"),
    "mail.rerouted": _("Mail took another route"),
    "messages.exported": _("Delivery log exported"),
    "messages.sent_again": _("Messages sent again"),
    "organisation.added": _("Organisation added"),
    "organisation.application_accounts_set": _("Application-only accounts allowed or not"),
    "organisation.limits_set": _("Limits of the organisation set"),
    "people.message_sent": _("Message to people sent"),
    "person.erased": _("Personal data erased"),
    "person.exported": _("Personal data exported"),
    "person.link_issued": _("Sign-in link issued"),
    "person.linked": _("Sign-in link used"),
    "person.preferences_chosen": _("Language and time zone chosen"),
    "person.signed_in": _("Signed in"),
    "role.granted": _("Role given"),
    "role.revoked": _("Role taken away"),
    "room.hidden": _("Room hidden"),
    "room.shown": _("Room shown"),
    "rooms.refresh_requested": _("List of rooms asked for again"),
    "session.attendance_exported": _("Attendance list exported"),
    "session.attendance_recorded": _("Attendance recorded"),
    "session.cancelled": _("Session cancelled"),
    "session.changed": _("Session changed"),
    "session.created": _("Session created"),
    "session.enrolled": _("People enrolled"),
    "session.entry_recreated": _("Meeting link made anew"),
    "session.group_changed": _("Group of a session changed"),
    "session.left_for_another": _("Session left for another"),
    "session.message_sent": _("Learners written to"),
    "session.outlook_edit_taken": _("Change in Outlook kept"),
    "session.outlook_edit_undone": _("Change in Outlook undone"),
    "session.place_given": _("Place given from the waiting list"),
    "session.taken_along": _("Enrolled with the others of the course"),
    "session.tried_again": _("Calendar entry tried again"),
    "session.unenrolled": _("People unenrolled"),
    "session.waiting": _("People put on the waiting list"),
    "sessions.reconcile_requested": _("Calendar entries compared again"),
    "template.saved": _("Text of a notification saved"),
    "template.switched": _("Notification switched on or off"),
    "template.switched_for_course": _("Notification switched for a course"),
    "template.test_sent": _("Test of a notification sent"),
    "webhook.changed": _("Webhook changed"),
    "webhook.created": _("Webhook created"),
    "webhook.deleted": _("Webhook deleted"),
    "webhook.replayed": _("Events sent to a webhook again"),
    "webhook.secret_changed": _("Secret of a webhook changed"),
    "webhook.switched_off": _("Webhook switched off"),
    "webhook.switched_on": _("Webhook switched on"),
    "webhook.tested": _("Webhook tested"),
}
"""Every act that the domain records; a test holds this against its source."""


def act_title(action: str) -> str:
    """Return what was done, in the language of the page.

    Args:
        action: the stable word of a row; one of an earlier version reads as it stands.
    """
    if action in TITLES:
        return gettext(TITLES[action])
    return action.replace(".", " ").replace("_", " ").capitalize()
