"""The typed client has the operations and the members that the API describes, and no others."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from classbell.api.v1.documentation import document
from classbell_client import CatalogClient, Client, connection, messages, models

SHOWN = {
    models.Integration: "IntegrationOut",
    models.Catalog: "CatalogOut",
    models.Person: "PersonOut",
    models.Course: "CourseOut",
    models.Group: "GroupOut",
    models.Session: "SessionOut",
    models.Enrolment: "EnrolmentOut",
    models.Enrolled: "EnrolledOut",
    models.Attendance: "AttendanceOut",
    models.SentNotification: "NotificationOut",
    models.Progress: "ProgressOut",
    connection.Account: "AccountOut",
    connection.Capability: "CapabilityOut",
    connection.Connection: "ConnectionOut",
    connection.Health: "HealthOut",
    connection.Invitation: "InvitationOut",
    connection.Room: "RoomOut",
    connection.RoomAvailability: "RoomAvailabilityOut",
    messages.Delivery: "DeliveryOut",
    messages.Template: "TemplateOut",
    messages.Act: "AuditOut",
}
TAKEN = {
    models.PersonGiven: ("PersonGiven", set()),
    models.CourseFields: ("CourseChange", set()),
    models.NewCourse: ("CourseIn", {"code"}),
    models.GroupFields: ("GroupChange", set()),
    models.NewGroup: ("GroupIn", {"code"}),
    models.AttendedGiven: ("AttendedGiven", set()),
    models.SessionFields: ("SessionChange", set()),
    models.NewSession: ("SessionIn", {"course_id", "code"}),
    messages.RecipientsGiven: ("RecipientsForm", set()),
    messages.TextGiven: ("TextIn", set()),
    messages.TemplateFields: ("TemplateIn", set()),
}
SENTENCES = {
    "read_integration": Client.integration,
    "list_catalogs": Client.catalogs,
    "read_catalog": CatalogClient.read,
    "read_connection": CatalogClient.connection,
    "switch_connection": CatalogClient.switch_connection,
    "read_health": CatalogClient.health,
    "list_invitations": CatalogClient.invitations,
    "invite_owner": CatalogClient.invite_owner,
    "withdraw_invitation": CatalogClient.withdraw_invitation,
    "list_rooms": CatalogClient.rooms,
    "read_availability": CatalogClient.room_availability,
    "list_courses": CatalogClient.courses,
    "create_course": CatalogClient.create_course,
    "read_course": CatalogClient.course,
    "change_course": CatalogClient.change_course,
    "list_groups": CatalogClient.groups,
    "create_group": CatalogClient.create_group,
    "read_group": CatalogClient.group,
    "change_group": CatalogClient.change_group,
    "remove_group": CatalogClient.remove_group,
    "list_sessions": CatalogClient.sessions,
    "create_session": CatalogClient.create_session,
    "read_session": CatalogClient.session,
    "change_session": CatalogClient.change_session,
    "publish_session": CatalogClient.publish_session,
    "cancel_session": CatalogClient.cancel_session,
    "list_enrolments": CatalogClient.enrolments,
    "enrol_people": CatalogClient.enrol,
    "unenrol_person": CatalogClient.unenrol,
    "record_attendance": CatalogClient.record_attendance,
    "send_notification": CatalogClient.write_to,
    "list_notifications": CatalogClient.notifications,
    "read_notification": CatalogClient.progress,
    "list_deliveries": CatalogClient.deliveries,
    "read_delivery": CatalogClient.delivery,
    "send_messages_again": CatalogClient.send_again,
    "list_templates": CatalogClient.templates,
    "read_template": CatalogClient.template,
    "replace_template": CatalogClient.replace_template,
    "switch_template": CatalogClient.switch_template,
    "reset_template": CatalogClient.reset_template,
    "list_audit": CatalogClient.audit,
}
"""What is said for each operation; each is said in a test below, or by the examples."""


def properties(name: str) -> set[str]:
    described: Any = document()["components"]
    return set(described["schemas"][name]["properties"])


@pytest.mark.parametrize(("kind", "name"), SHOWN.items())
def test_what_is_shown_has_the_members_of_the_description(kind: type, name: str) -> None:
    assert {one.name for one in fields(kind)} - {"etag"} == properties(name)


@pytest.mark.parametrize(("kind", "told"), TAKEN.items())
def test_what_is_taken_has_the_members_of_the_description(kind: type, told: Any) -> None:
    name, beside = told
    assert set(get_type_hints(kind)) | beside == properties(name)


def test_every_operation_of_the_api_has_its_sentence() -> None:
    paths: Any = document()["paths"]
    described = {one["operationId"] for path in paths.values() for one in path.values()}
    assert described == set(SENTENCES)
    for sentence in SENTENCES.values():
        assert callable(sentence)
