"""Every address that takes a form either leaves an act on the record, or has a reason not to."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from classbell.web.admin_center.audit_filters import GROUPS
from classbell.web.urls import urlpatterns
from tests.architecture.test_acts_on_record import domain_source
from tests.domain.people import Cast

pytestmark = pytest.mark.django_db

ACTS = {
    "account-change": "account.changed",
    "alert-substitute": "alerts.by_account",
    "alert-test": "alerts.tested",
    "application-account": "connection.saved",
    "approval-ask": "approval.asked",
    "approval-check": "approval.checked",
    "approval-withdraw": "approval.withdrawn",
    "audit-export": "audit.exported",
    "audit-export-all": "audit.exported",
    "become-admin": "role.granted",
    "catalog-calendar": "calendar_feed.made",
    "catalog-role-take": "role.revoked",
    "catalog-roles": "role.granted",
    "catalogs": "catalog.created",
    "connection-cancel": "connection.cancelled",
    "connection-check": "connection.checked",
    "connection-save": "connection.saved",
    "course-edit": "course.changed",
    "course-new": "course.created",
    "deliveries-export": "messages.exported",
    "deliveries-resend": "messages.sent_again",
    "disconnect": "connection.disconnected",
    "general": "catalog.look_changed",
    "group-edit": "group.changed",
    "group-new": "group.created",
    "group-remove": "group.removed",
    "health-check": "connection.checked",
    "held": "held_mail.released",
    "integration-new": "integration.created",
    "integration-revoke": "integration.revoked",
    "integration-rotate": "integration.rotated",
    "invitation-withdraw": "connection.invitation_withdrawn",
    "invite": "connection.owner_invited",
    "language": "person.preferences_chosen",
    "link": "person.linked",
    "my-session-enrol": "session.enrolled",
    "my-session-leave": "session.unenrolled",
    "notification-courses": "template.switched_for_course",
    "notification-edit": "template.saved",
    "notification-reset": "template.saved",
    "notification-restore": "template.saved",
    "notification-switch": "template.switched",
    "notification-test": "template.test_sent",
    "offer": "account.offered",
    "offer-accept": "account.offer_accepted",
    "offer-decline": "account.offer_declined",
    "offer-withdraw": "account.offer_withdrawn",
    "outlook-edit": "session.outlook_edit_taken",
    "own-calendar": "calendar_feed.made",
    "personal-data": "person.erased",
    "recreate-link": "session.entry_recreated",
    "role-take": "role.revoked",
    "roles": "role.granted",
    "room-hide": "room.hidden",
    "room-show": "room.shown",
    "rooms-refresh": "rooms.refresh_requested",
    "session-attendance": "session.attendance_recorded",
    "session-cancel": "session.cancelled",
    "session-change": "session.left_for_another",
    "session-copy": "session.created",
    "session-edit": "session.changed",
    "session-enrol": "session.enrolled",
    "session-message": "session.message_sent",
    "session-new": "session.created",
    "session-publish": "session.changed",
    "session-retry": "session.tried_again",
    "session-room": "session.changed",
    "session-settings": "catalog.calendar_options_changed",
    "session-unenrol": "session.unenrolled",
    "sign-in-link": "person.link_issued",
    "teaching-attendance": "session.attendance_recorded",
    "teaching-export": "session.attendance_exported",
    "webhook": "webhook.changed",
    "webhook-all": "webhook.changed",
    "webhook-delete-now": "webhook.deleted",
    "webhook-delete-now-all": "webhook.deleted",
    "webhook-new": "webhook.created",
    "webhook-new-all": "webhook.created",
    "webhook-replay": "webhook.replayed",
    "webhook-replay-all": "webhook.replayed",
    "webhook-replay-one": "webhook.replayed",
    "webhook-replay-one-all": "webhook.replayed",
    "webhook-secret": "webhook.secret_changed",
    "webhook-secret-all": "webhook.secret_changed",
    "webhook-switch": "webhook.switched_off",
    "webhook-switch-all": "webhook.switched_off",
    "webhook-test": "webhook.tested",
    "webhook-test-all": "webhook.tested",
}
"""By the address's name: the act that it leaves, or the first of several."""

REASONS = {
    "acs-reports": "a machine's report; nobody acts",
    "calendar-reports": "a machine's report; nobody acts",
    "connect": "leaves for Microsoft; what comes back is saved or cancelled, and that is an act",
    "consent": "leaves for Microsoft; what comes back is an act",
    "invited": "leaves for Microsoft; coming back is connection.owner_signed_in",
    "notification-preview": "shows, and changes nothing",
    "preferences": "what mail somebody wants is theirs alone, and no admin's act",
    "preferences-link": "the same, by the link in a mail",
    "session-message-preview": "shows, and changes nothing",
    "signin": "leaves for Microsoft; coming back is person.signed_in",
    "signout": "ends the browser's session, and changes nothing",
    "theme": "the look of this browser",
    "unsubscribe": "the same as preferences, by a mail program",
}


def arguments(pattern: URLPattern) -> list[object]:
    """Return something for each part of an address."""
    samples: dict[str, object] = {"slug": "academy", "uuid": uuid4(), "int": 1, "string": "x"}
    kinds = pattern.pattern.converters.values()
    return [samples[type(one).__name__.removesuffix("Converter").lower()] for one in kinds]


def takes_forms(name: str, values: list[object]) -> bool:
    """Ask an address with a method that none knows, and read which ones it does know."""
    answer = Client().generic("PATCH", reverse(name, args=values))
    return answer.status_code != 405 or "POST" in answer.headers["Allow"]


def test_every_form_leaves_an_act_or_has_a_reason(cast: Cast) -> None:
    forms = {
        str(one.name)
        for one in urlpatterns
        if one.name is not None and takes_forms(one.name, arguments(one))
    }
    assert forms - ACTS.keys() - REASONS.keys() == set(), "say here what they leave on the record"
    assert ACTS.keys() | REASONS.keys() == forms
    assert ACTS.keys() & REASONS.keys() == set()


def test_these_acts_are_written_somewhere() -> None:
    source = domain_source()
    assert [act for act in ACTS.values() if f'"{act}"' not in source] == []
    known = {one for group in GROUPS.values() for one in group}
    assert {act.partition(".")[0] for act in ACTS.values()} <= known
