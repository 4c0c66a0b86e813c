"""The registry of notification kinds: one module each, one line each."""

from __future__ import annotations

from classbell.domain.notifications.kinds import (
    account_connected,
    application_refused,
    application_secret_expiring,
    connect_invitation,
    connection_lost,
    connection_lost_still,
    connection_restored,
    email_provider_refused,
    enrolment_cancelled,
    enrolment_confirmed,
    held_mail_waiting,
    instructor_assigned,
    instructor_changed,
    instructor_removed,
    invitation_dead,
    operator_trouble,
    people_message,
    place_offered,
    room_declined,
    room_moved,
    session_cancelled,
    session_changed,
    session_invitation,
    session_message,
    session_needs_choosing,
    session_reminder,
    session_unenrolled,
    sign_in_link,
    template_test,
    waiting_list_joined,
    webhook_off,
)
from classbell.domain.notifications.kinds.kind import Kind

REGISTRY: dict[str, Kind] = {
    module.KIND.name: module.KIND
    for module in (
        account_connected,
        application_refused,
        application_secret_expiring,
        connect_invitation,
        connection_lost,
        connection_lost_still,
        connection_restored,
        email_provider_refused,
        enrolment_cancelled,
        enrolment_confirmed,
        held_mail_waiting,
        instructor_assigned,
        instructor_changed,
        instructor_removed,
        invitation_dead,
        operator_trouble,
        people_message,
        place_offered,
        room_declined,
        room_moved,
        session_cancelled,
        session_changed,
        session_invitation,
        session_message,
        session_needs_choosing,
        session_reminder,
        session_unenrolled,
        sign_in_link,
        template_test,
        waiting_list_joined,
        webhook_off,
    )
}


def kind_named(name: str) -> Kind:
    """Return the kind of that name; an unknown name is a fault of the caller (``KeyError``)."""
    return REGISTRY[name]
