"""The records of the directory: tenants, people, rooms."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from m365sandbox.directory.licences import MAILBOX_PLANS, TEAMS, Licence

MailboxKind = Literal["user", "shared", "room", "equipment", "none"]
# The roles of Add-MailboxFolderPermission on a calendar, and FullAccess of Add-MailboxPermission:
# https://learn.microsoft.com/powershell/module/exchange/add-mailboxfolderpermission
CalendarRight = Literal["AvailabilityOnly", "LimitedDetails", "Reviewer", "Editor", "FullAccess"]
ConsentPolicy = Literal["microsoft-managed", "low", "legacy", "none"]


def object_id(tenant_id: str, address: str) -> str:
    """Return the object id of an address: the same one in every sandbox, so that seeds match."""
    return str(uuid5(UUID(tenant_id), address.lower()))


@dataclass
class Tenant:
    """One organisation.

    `consent_policy` says what its people may consent to by themselves: "microsoft-managed" is the
    default of new tenants, "low" allows only sign-in permissions, "legacy" anything that is not
    admin-only by nature, "none" nothing.
    """

    tenant_id: str
    name: str
    domain: str
    consent_policy: ConsentPolicy = "microsoft-managed"
    admin_consent_workflow: bool = False
    region: str = "EU"


@dataclass
class Person:
    """One account: somebody who signs in, or a shared mailbox nobody should sign in to."""

    tenant_id: str
    oid: str
    address: str
    upn: str
    display_name: str
    password: str
    given_name: str = ""
    surname: str = ""
    job_title: str | None = None
    account_enabled: bool = True
    user_type: Literal["Member", "Guest"] = "Member"
    licences: list[Licence] = field(default_factory=list)
    is_tenant_administrator: bool = False
    mailbox_kind: MailboxKind = "user"
    time_zone: str = "Europe/Copenhagen"
    language: str = "en-GB"
    mfa_required: bool = False
    conditional_access_block: bool = False
    # A policy of sign-in frequency: how many hours a sign-in lasts, however often it is renewed.
    sign_in_hours: int | None = None
    # Named on the sign-in pages as a help, because the examples give this person a part.
    is_well_known: bool = False
    note: str = ""
    # Authentications up to these numbers are void: for refresh tokens and browser sessions, and
    # for access tokens of clients that understand continuous access evaluation.
    sessions_revoked_serial: int = 0
    access_revoked_serial: int = 0
    access_revoked_at: datetime | None = None
    # Whether the Teams meeting policy lets the person schedule meetings.
    may_schedule_meetings: bool = True
    # What others may do with this account's calendar, by their addresses in small letters.
    calendar_rights: dict[str, CalendarRight] = field(default_factory=dict)

    def plan_names(self) -> frozenset[str]:
        """Return the names of the service plans that are provisioned."""
        return frozenset(
            plan.name
            for licence in self.licences
            for plan in licence.plans
            if plan.status == "Success"
        )

    @property
    def has_mailbox(self) -> bool:
        """Say whether Exchange Online holds a mailbox: by licence, or by kind for shared ones."""
        if self.mailbox_kind in {"shared", "room", "equipment"}:
            return True
        return self.mailbox_kind == "user" and bool(self.plan_names() & MAILBOX_PLANS)

    @property
    def has_teams(self) -> bool:
        """Say whether the account may create Teams meetings."""
        return TEAMS.name in self.plan_names()

    def right_of(self, other: "Person") -> CalendarRight | None:
        """Return what somebody else may do with this account's calendar, or None for nothing."""
        return self.calendar_rights.get(other.address.lower())


@dataclass
class BookingRules:
    """How a room decides; names and defaults are those of Set-CalendarProcessing.

    https://learn.microsoft.com/powershell/module/exchange/set-calendarprocessing
    The lists hold addresses. A request that keeps the rules is granted by itself to all or to
    `book_in_policy`, and waits for a delegate when the others may ask for it; one that breaks them
    can only be asked for by `request_out_of_policy`.
    """

    automate_processing: Literal["AutoAccept", "AutoUpdate", "None"] = "AutoAccept"
    allow_conflicts: bool = False
    booking_window_in_days: int = 180
    maximum_duration_in_minutes: int = 1440
    allow_recurring_meetings: bool = True
    enforce_scheduling_horizon: bool = True
    maximum_conflict_instances: int = 0
    conflict_percentage_allowed: int = 0
    schedule_only_during_work_hours: bool = False
    process_external_meeting_messages: bool = False
    all_book_in_policy: bool = True
    all_request_in_policy: bool = False
    all_request_out_of_policy: bool = False
    book_in_policy: list[str] = field(default_factory=list)
    request_in_policy: list[str] = field(default_factory=list)
    request_out_of_policy: list[str] = field(default_factory=list)
    resource_delegates: list[str] = field(default_factory=list)
    forward_requests_to_delegates: bool = True
    add_organizer_to_subject: bool = True
    delete_subject: bool = True
    decision_delay_seconds: float = 3.0


@dataclass
class Room:
    """One bookable room: a place with a mailbox."""

    tenant_id: str
    place_id: str
    address: str
    display_name: str
    capacity: int
    building: str
    floor_number: int
    floor_label: str
    time_zone: str
    room_list: str
    label: str | None = None
    phone: str | None = None
    street: str = ""
    city: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    audio_device: str | None = None
    video_device: str | None = None
    display_device: str | None = None
    is_wheelchair_accessible: bool = True
    tags: list[str] = field(default_factory=list)
    rules: BookingRules = field(default_factory=BookingRules)


@dataclass
class RoomList:
    """A list of rooms, usually one building, with its own address."""

    tenant_id: str
    place_id: str
    address: str
    display_name: str
