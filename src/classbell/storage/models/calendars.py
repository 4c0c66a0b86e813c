"""How a catalog uses calendars: its options, the organisation's calendar, changes of account."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from classbell.storage.models.accounts import Account
from classbell.storage.models.catalogs import Catalog
from classbell.storage.models.courses import CourseSession
from classbell.storage.models.organisations import Person
from classbell.storage.scope import Tenancy, TenantModel


class SharedWay(models.TextChoices):
    """How sessions reach the organisation's calendar."""

    WRITE = "write"
    """The account has the right to write that calendar, and writes it."""
    INVITE = "invite"
    """An entry of the account's own calendar invites that address and nobody else."""


class CalendarOptions(TenantModel):
    """What a catalog has chosen about calendars; where there is no row, the defaults hold.

    ``by_mail_only`` sends invitations as mail instead of putting learners on the entry.
    ``ask_for_answers`` lets Outlook ask people whether they come. ``place_when_firm`` tells
    learners of the room only once it has accepted. ``lobby`` says who waits outside Teams meetings
    (empty: as the organisation has it). ``shared_address`` is the organisation's calendar, on only
    where ``share`` is; ``shared_problem`` says what is wrong with it.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    catalog = models.OneToOneField(
        Catalog, on_delete=models.CASCADE, related_name="calendar_options"
    )
    by_mail_only = models.BooleanField(default=False)
    ask_for_answers = models.BooleanField(default=True)
    place_when_firm = models.BooleanField(default=False)
    lobby = models.CharField(max_length=40, blank=True, default="")
    share = models.BooleanField(default=False)
    shared_address = models.EmailField(max_length=254, blank=True, default="")
    shared_way = models.CharField(
        max_length=20, choices=SharedWay.choices, default=SharedWay.INVITE
    )
    shared_proved_at = models.DateTimeField(null=True, blank=True)
    shared_problem_code = models.CharField(max_length=100, blank=True, default="")
    shared_problem = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        """Return whose options they are."""
        return f"calendar options of {self.catalog_id}"


class SharedEntry(TenantModel):
    """The event that shows a session in the organisation's calendar, without its learners.

    ``way`` and ``calendar_address`` are those it was made with, so that a change of either is seen.
    ``applied``, ``generation`` and ``etag`` are as in ``Entry``; ``answer`` is what the address has
    answered where it was invited.
    """

    tenancy: ClassVar = Tenancy(
        organisation="account__organisation_id", catalog="session__course__catalog_id"
    )

    session = models.OneToOneField(
        CourseSession, on_delete=models.CASCADE, related_name="shared_entry"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="shared_entries")
    state = models.CharField(max_length=20)
    way = models.CharField(max_length=20, choices=SharedWay.choices)
    calendar_address = models.EmailField(max_length=254)
    generation = models.PositiveIntegerField(default=1)
    event_id = models.CharField(max_length=500, blank=True, default="")
    etag = models.CharField(max_length=200, blank=True, default="")
    ical_uid = models.CharField(max_length=500, blank=True, default="")
    applied = models.JSONField(default=dict)
    answer = models.CharField(max_length=20, blank=True, default="")
    problem_code = models.CharField(max_length=100, blank=True, default="")
    problem = models.CharField(max_length=500, blank=True, default="")
    applied_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return which session it shows."""
        return f"shared entry of {self.session_id}"


class CalendarWatch(TenantModel):
    """How far an account's calendar has been read, so that changes made in Outlook are noticed.

    ``delta_link`` is where the next reading goes on; it covers the days between ``window_start``
    and ``window_end``. ``subscription_id`` and its end are there where Microsoft reports changes
    by itself; ``client_state_hash`` is the keyed hash of the secret word those reports carry.
    """

    tenancy: ClassVar = Tenancy(organisation="account__organisation_id")

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="calendar_watch")
    delta_link = models.TextField(blank=True, default="")
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    subscription_id = models.CharField(max_length=100, blank=True, default="", db_index=True)
    subscription_expires_at = models.DateTimeField(null=True, blank=True)
    client_state_hash = models.CharField(max_length=64, blank=True, default="")
    problem = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        """Return whose calendar it is."""
        return f"watch over the calendar of {self.account_id}"


class AccountChangeState(models.TextChoices):
    """How far a change of account is."""

    RUNNING = "running"
    DONE = "done"


class AccountChange(TenantModel):
    """A catalog's move from one account to another, session by session.

    How far it is follows from the sessions' entries and retired events; the row says that it
    was decided, by whom, and when nothing was left to do. ``from_usable`` says whether the former
    account could still cancel its events when the change began.
    """

    tenancy: ClassVar = Tenancy(organisation="catalog__organisation_id", catalog="catalog_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="account_changes")
    from_account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    to_account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=20, choices=AccountChangeState.choices)
    from_usable = models.BooleanField(default=True)
    sessions = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["catalog"],
                condition=models.Q(state="running"),
                name="one_running_account_change",
            )
        ]

    def __str__(self) -> str:
        """Return which catalog moves."""
        return f"change of account of {self.catalog_id}"
