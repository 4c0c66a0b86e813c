"""Activation by the operator: what is kept, what is told, and who may do it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.providers.activation import Approved, activate, deactivate
from classbell.domain.providers.delivery_reports import is_report_key
from classbell.domain.providers.state import ProviderStatus, provider_state
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    DomainEvent,
    EmailProvider,
    Lane,
    LaneKind,
    Organisation,
)
from tests.domain.connections.stage import Stage
from tests.support import a_provider, an_organisation

pytestmark = pytest.mark.django_db

KEY = base64.b64encode(b"a-secret-access-key").decode()
APPROVED = Approved("https://lms.communication.azure.com", "noreply@contoso.example", 30, 100, KEY)


def home(stage: Stage) -> Organisation:
    return stage.catalog.organisation


def test_the_key_is_sealed_for_its_row_and_stands_nowhere_else(stage: Stage) -> None:
    provider = activate(stage.ports, home(stage), APPROVED, actor=OPERATOR).provider

    sealed = bytes(EmailProvider.objects.get().sealed_key)
    place = f"email_provider.key:{provider.pk}"
    assert stage.ports.cipher.open(sealed, bound_to=place).decode() == KEY
    entry = AuditEntry.objects.get(action="email_provider.activated")
    assert (entry.actor_name, entry.organisation, entry.catalog) == ("Operator", home(stage), None)
    assert entry.after["proof"] == "access key"
    event = DomainEvent.objects.get(name="email_provider.activated")
    assert KEY not in f"{entry.after} {event.payload} {APPROVED!r} {provider!r}"


def test_a_report_key_is_told_once_and_kept_as_a_keyed_hash(stage: Stage) -> None:
    made = activate(stage.ports, home(stage), APPROVED, actor=OPERATOR, with_report_key=True)

    kept = EmailProvider.objects.get()
    assert made.report_key
    assert made.report_key not in repr(made)
    assert made.report_key not in kept.report_key_hash
    assert is_report_key(stage.ports, kept, made.report_key)
    assert not is_report_key(stage.ports, kept, "another")
    assert not is_report_key(replace(stage.ports, secret_key="x" * 40), kept, made.report_key)


def test_activating_again_changes_the_resource_and_keeps_the_report_key(stage: Stage) -> None:
    first = activate(stage.ports, home(stage), APPROVED, actor=OPERATOR, with_report_key=True)
    stage.clock.advance(timedelta(hours=1))
    changed = replace(APPROVED, messages_per_minute=900, access_key="")

    second = activate(stage.ports, home(stage), changed, actor=OPERATOR)

    kept = EmailProvider.objects.get()
    assert (kept.pk, kept.messages_per_minute) == (first.provider.pk, 900)
    assert (bytes(kept.sealed_key), kept.activated_at) == (b"", stage.clock.now())
    assert is_report_key(stage.ports, kept, first.report_key)
    assert second.report_key == ""
    entry = AuditEntry.objects.filter(action="email_provider.activated").latest("id")
    assert (entry.before["proof"], entry.after["proof"]) == ("access key", "Microsoft Entra ID")


def test_a_new_report_key_ends_the_former(stage: Stage) -> None:
    keys = [
        activate(stage.ports, home(stage), APPROVED, actor=OPERATOR, with_report_key=True)
        for _ in range(2)
    ]
    kept = EmailProvider.objects.get()
    assert [is_report_key(stage.ports, kept, made.report_key) for made in keys] == [False, True]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"endpoint": "http://lms.communication.azure.com"}, "endpoint"),
        ({"endpoint": "https://"}, "endpoint"),
        ({"endpoint": "https://user@lms.communication.azure.com"}, "endpoint"),
        ({"endpoint": "https://lms.communication.azure.com/emails"}, "endpoint"),
        ({"endpoint": "http://127.0.0.1:8365", "access_key": ""}, "endpoint"),
        ({"sender_address": "nobody"}, "address"),
        ({"access_key": "endpoint=https://x;accesskey=YQ=="}, "key"),
        ({"messages_per_minute": 0}, "rate"),
        ({"messages_per_hour": -1}, "rate"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_kept(
    stage: Stage, changes: dict[str, object], field: str
) -> None:
    wrong = replace(APPROVED, **changes)  # type: ignore[arg-type]  # any field may be wrong
    with pytest.raises(InvalidInput) as caught:
        activate(stage.ports, home(stage), wrong, actor=OPERATOR)
    assert caught.value.field == field
    assert str(changes.get("access_key") or "accesskey=YQ==") not in str(caught.value)
    assert not EmailProvider.objects.exists()


def test_a_key_may_go_to_a_sandbox_on_this_machine(stage: Stage) -> None:
    local = replace(APPROVED, endpoint="http://127.0.0.1:8365/")
    made = activate(stage.ports, home(stage), local, actor=OPERATOR)
    assert made.provider.endpoint == "http://127.0.0.1:8365"


@pytest.mark.parametrize("part", ["owner", "colleague", "lms_admin", "stranger"])
def test_nobody_who_signs_in_may_activate_or_deactivate(stage: Stage, part: str) -> None:
    actor = Actor.of(getattr(stage.cast, part))
    with pytest.raises(NotAllowed):
        activate(stage.ports, home(stage), APPROVED, actor=actor)
    a_provider(stage.ports)
    with pytest.raises(NotAllowed):
        deactivate(stage.ports, home(stage), actor=actor)
    assert EmailProvider.objects.filter(active=True).count() == 1


def test_deactivating_keeps_the_row_and_is_done_once(stage: Stage) -> None:
    a_provider(stage.ports)

    deactivate(stage.ports, home(stage), actor=OPERATOR)

    assert not EmailProvider.objects.get().active
    entry = AuditEntry.objects.get(action="email_provider.deactivated")
    assert (entry.before["active"], entry.after["active"]) == (True, False)
    with pytest.raises(NotFoundHere):
        deactivate(stage.ports, home(stage), actor=OPERATOR)


def test_each_organisation_has_its_own(stage: Stage) -> None:
    stranger = stage.cast.foreign_catalog.organisation
    a_provider(stage.ports)
    assert provider_state(stage.ports, stranger.pk).status is ProviderStatus.NEVER_ACTIVATED
    a_provider(stage.ports, stranger, sender_address="noreply@fabrikam.example")
    deactivate(stage.ports, stranger, actor=OPERATOR)

    assert provider_state(stage.ports, an_organisation().pk).status is ProviderStatus.ACTIVE
    assert provider_state(stage.ports, stranger.pk).status is ProviderStatus.DEACTIVATED
    lanes = Lane.objects.filter(kind=LaneKind.ACS)
    assert set(lanes.values_list("organisation", flat=True)) == {an_organisation().pk, stranger.pk}
