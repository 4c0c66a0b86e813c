"""Changing the keys of secrets at rest while everything goes on working."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from django.apps import apps
from django.db.models import BinaryField

from classbell.delivery.lanes import system_lane
from classbell.domain.connections.rotation import CELLS, rotate_keys
from classbell.domain.connections.sealing import account_place, open_tokens
from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.notifications.render import render
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.organisations.links import issue_link
from classbell.domain.providers.resource import resource_for
from classbell.storage.encryption import key_ring
from classbell.storage.models import Account, MailLook, Message, MessageState, Notification
from tests.domain.connections.stage import Stage
from tests.support import KEYS, a_person, a_provider

NEW = "next:" + base64.b64encode(b"n" * 32).decode()


def quiet(_what: str, _done: int, _total: int) -> None:
    """Watch nothing."""


def with_keys(stage: Stage, text: str) -> Stage:
    stage.ports = replace(stage.ports, cipher=key_ring(text))
    return stage


def test_no_sealed_column_is_forgotten() -> None:
    sealed = {
        (model, column.name)
        for model in apps.get_app_config("storage").get_models()
        for column in model._meta.get_fields()  # noqa: SLF001 -- Django documents it as public
        if isinstance(column, BinaryField) and (model, column.name) != (MailLook, "logo")
    }
    assert {(cell.model, cell.column) for cell in CELLS} == sealed


@pytest.mark.django_db
def test_everything_opens_with_the_new_key_alone_afterwards(stage: Stage) -> None:
    account = stage.connect()
    stage.sign_in()
    person = a_person("Ida Nord", known_to_microsoft=False)
    issue_link(stage.ports, person, actor=OPERATOR)
    before = open_tokens(stage.ports, account.sealed_tokens, place=account_place(account.id))

    result = rotate_keys(with_keys(stage, f"{NEW},{KEYS}").ports, quiet)

    assert result.sealed_anew == 5
    assert (dict(result.by_key), result.unreadable) == ({"next": 5}, [])
    with_keys(stage, NEW)
    account.refresh_from_db()
    after = open_tokens(stage.ports, account.sealed_tokens, place=account_place(account.id))
    assert after == before
    assert mailbox_for(stage.ports, account.id).access_token == before.access_token
    assert "/link/" in render(stage.ports, a_mail_of("sign_in_link").pk).html


def a_mail_of(kind: str) -> Message:
    notification = Notification.objects.get(kind=kind)
    times = {"due_at": notification.due_at, "expires_at": notification.expires_at}
    return Message.objects.create(
        notification=notification,
        organisation=notification.organisation,
        person_id=notification.context["person"],
        lane=system_lane(),
        address="ida@contoso.example",
        language="en",
        time_zone="UTC",
        state=MessageState.QUEUED,
        created_at=notification.created_at,
        **times,
    )


@pytest.mark.django_db
def test_the_key_of_an_email_provider_is_sealed_anew_as_well(stage: Stage) -> None:
    keyed = a_provider(stage.ports)
    a_provider(stage.ports, stage.cast.foreign_catalog.organisation, access_key="")
    before = resource_for(stage.ports, keyed.pk)

    result = rotate_keys(with_keys(stage, f"{NEW},{KEYS}").ports, quiet)

    assert dict(result.by_key) == {"next": 1}
    assert resource_for(with_keys(stage, NEW).ports, keyed.pk) == before


@pytest.mark.django_db
def test_rotating_again_changes_nothing(stage: Stage) -> None:
    stage.connect()
    rotate_keys(with_keys(stage, f"{NEW},{KEYS}").ports, quiet)
    sealed = bytes(Account.objects.get().sealed_tokens)

    assert rotate_keys(stage.ports, quiet).sealed_anew == 0
    assert bytes(Account.objects.get().sealed_tokens) == sealed


@pytest.mark.django_db
def test_an_interrupted_rotation_is_finished_by_the_next(stage: Stage) -> None:
    account = stage.connect()
    stage.sign_in()
    with_keys(stage, f"{NEW},{KEYS}")

    def stop(what: str, done: int, _total: int) -> None:
        if (what, done) == ("accounts", 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_keys(stage.ports, stop)

    result = rotate_keys(stage.ports, quiet)
    assert dict(result.by_key) == {"next": result.sealed_anew + 1}
    assert mailbox_for(with_keys(stage, NEW).ports, account.id).access_token


@pytest.mark.django_db
def test_tokens_renewed_during_the_rotation_stay(stage: Stage) -> None:
    account = stage.connect()
    with_keys(stage, f"{NEW},{KEYS}")
    newer = b'{"access_token": "newer", "refresh_token": "newer"}'

    def renewed_meanwhile(what: str, done: int, _total: int) -> None:
        if (what, done) == ("accounts", 0):
            sealed = stage.ports.cipher.seal(newer, bound_to=account_place(account.id))
            Account.objects.update(sealed_tokens=sealed)

    rotate_keys(stage.ports, renewed_meanwhile)

    assert mailbox_for(stage.ports, account.id).access_token == "newer"


@pytest.mark.django_db
def test_a_secret_whose_key_is_gone_is_named_and_the_others_are_sealed_anew(stage: Stage) -> None:
    account = stage.connect()
    stage.another_account()
    stage.sign_in()
    lost = key_ring("lost:" + base64.b64encode(b"l" * 32).decode())
    sealed = lost.seal(b"{}", bound_to=account_place(account.id))
    Account.objects.filter(pk=account.pk).update(sealed_tokens=sealed)

    result = rotate_keys(with_keys(stage, f"{NEW},{KEYS}").ports, quiet)

    assert result.unreadable == [
        f"accounts {account.pk}: A secret was sealed with the key «lost», which is not configured."
    ]
    assert set(result.by_key) == {"next"}
