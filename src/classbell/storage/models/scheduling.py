"""Rooms of an organisation and the calendar entries that stand for sessions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from classbell.storage.models.accounts import Account
from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.courses import CourseSession
from classbell.storage.models.organisations import Organisation
from classbell.storage.scope import Tenancy, TenantModel


class Room(TenantModel):
    """A room mailbox of the organisation, as last listed by Microsoft 365. Capacity in seats.

    ``lists`` holds the addresses of the room lists that name it.
    """

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="rooms")
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    building = models.CharField(max_length=200, blank=True)
    floor = models.CharField(max_length=100, blank=True)
    city = models.CharField(max_length=100, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    features = models.JSONField(default=list)
    lists = models.JSONField(default=list)
    wheelchair_accessible = models.BooleanField(null=True, blank=True)
    refreshed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "address"], name="room_once")
        ]

    def __str__(self) -> str:
        """Return the room's name."""
        return self.name


class RoomList(TenantModel):
    """A room list of the organisation: rooms that belong together, mostly a building's."""

    tenancy: ClassVar = Tenancy(organisation="organisation_id")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="room_lists"
    )
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    refreshed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "address"], name="room_list_once")
        ]

    def __str__(self) -> str:
        """Return the list's name."""
        return self.name


class HiddenRoom(TenantModel):
    """A room that a catalog does not offer; named by its address, since lists come and go."""

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="hidden_rooms")
    address = models.EmailField(max_length=254)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalog", "address"], name="hidden_room_once")
        ]

    def __str__(self) -> str:
        """Return the hidden address."""
        return self.address


class EntryState(models.TextChoices):
    """How far the entry of a session is."""

    PLANNED = "planned"
    CREATED = "created"
    BY_MAIL = "by_mail"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class Entry(TenantModel):
    """The event in the account's calendar that stands for a session.

    ``applied`` is the desired entry as last written to Microsoft, so that the next reconciliation
    sends only what differs. ``generation`` rises when a new event must be made, and is part of the
    transaction id. ``mailed`` maps the ids of people who were invited by mail, because the account
    may not write its calendar or the event is full, to what they were told of time and place;
    ``mail_sequence`` is the session's ``revision`` when the last news of theirs was written down,
    and ``told`` what news is compared with: the facts they were told, who of them teaches, and
    which room's refusal admins were told. ``meeting_options`` are the options of the Teams meeting
    as last written, and ``meeting_problem`` says why they could not be. ``inviting`` maps the
    addresses of those whom a write under way may put on the event to
    ``[id of the person, "learner" or "instructor"]``: it is written before the call and emptied by
    what the event turns out to be. ``edited`` holds what somebody did to the event in Outlook and
    an admin has to decide about; empty if nothing waits.
    """

    tenancy: ClassVar = Tenancy(
        organisation="account__organisation_id",
        catalog="session__course__catalog_id",
        course="session__course_id",
    )

    session = models.OneToOneField(CourseSession, on_delete=models.CASCADE, related_name="entry")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="entries")
    state = models.CharField(max_length=20, choices=EntryState.choices)
    generation = models.PositiveIntegerField(default=1)
    event_id = models.CharField(max_length=500, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    ical_uid = models.CharField(max_length=500, blank=True)
    applied = models.JSONField(default=dict)
    join_url = models.TextField(blank=True)
    room_answer = models.CharField(max_length=20, blank=True)
    room_answered_at = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=dict)
    inviting = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    mailed = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    mail_sequence = models.PositiveIntegerField(default=0)
    meeting_options = models.JSONField(default=dict)
    meeting_problem = models.CharField(max_length=500, blank=True, default="")
    edited = models.JSONField(default=dict)
    problem_code = models.CharField(max_length=100, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    requested_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return which session it stands for."""
        return f"entry of {self.session_id}"


class RetiredEvent(TenantModel):
    """An event that no longer stands for its session and is to be cancelled in its mailbox.

    Written in the transaction that gives the entry up, so that no crash leaves a room booked and
    forgotten. ``cancelled_at`` stays empty where the account cannot be used any more; such rows are
    what somebody has to clear up by hand. ``calendar_address`` names the mailbox whose calendar
    holds it where that is not the account's own. ``told_at`` is when the people on it were told
    that the invitation is dead, because nobody could cancel it.
    """

    tenancy: ClassVar = Tenancy(
        organisation="account__organisation_id",
        catalog="session__course__catalog_id",
        course="session__course_id",
    )

    session = models.ForeignKey(
        CourseSession, on_delete=models.CASCADE, related_name="retired_events"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="retired_events")
    event_id = models.CharField(max_length=500)
    ical_uid = models.CharField(max_length=500, blank=True, default="")
    calendar_address = models.EmailField(max_length=254, blank=True, default="")
    comment = models.CharField(max_length=500, blank=True)
    retired_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return which session it stood for."""
        return f"retired event of {self.session_id}"
