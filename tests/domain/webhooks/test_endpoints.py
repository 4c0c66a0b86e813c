"""Naming endpoints: who may, which addresses are taken, and what is kept of secrets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classbell.domain.organisations.audit import Actor
from classbell.domain.webhooks.endpoints import (
    EndpointChoice,
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    rotate_secret,
)
from classbell.domain.webhooks.replay import ping
from classbell.domain.webhooks.switching import switch_off
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import AuditEntry, WebhookEndpoint
from classbell.webhooks import webhook_sender
from tests.domain.webhooks.stage import CHOSEN, Stage

Act = Callable[[Stage, Actor], object]


def create(stage: Stage, actor: Actor) -> object:
    return create_endpoint(
        stage.ports,
        organisation=stage.cast.catalog.organisation,
        catalog=stage.cast.catalog,
        choice=EndpointChoice(stage.receiver.url, "", CHOSEN),
        actor=actor,
    )


def change(stage: Stage, actor: Actor) -> object:
    choice = EndpointChoice(stage.receiver.url + "/new", "", CHOSEN)
    return change_endpoint(stage.ports, endpoint=stage.made.endpoint, choice=choice, actor=actor)


ACTS: list[Act] = [
    create,
    change,
    lambda stage, actor: rotate_secret(stage.ports, endpoint=stage.made.endpoint, actor=actor),
    lambda stage, actor: ping(stage.ports, endpoint=stage.made.endpoint, actor=actor),
    lambda stage, actor: switch_off(stage.ports, endpoint=stage.made.endpoint, actor=actor),
    lambda stage, actor: delete_endpoint(stage.ports, endpoint=stage.made.endpoint, actor=actor),
]


@pytest.mark.parametrize("act", ACTS)
def test_only_admins_of_the_catalog_act_on_its_webhooks(stage: Stage, act: Act) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(NotAllowed):
        act(stage, Actor.of(stage.cast.colleague))
    with pytest.raises(NotAllowed):
        act(stage, Actor.of(stage.cast.lms_admin))
    with pytest.raises(NotFoundHere):
        act(stage, Actor.of(stage.cast.stranger))
    assert AuditEntry.objects.count() == before
    act(stage, stage.owner)
    assert AuditEntry.objects.count() == before + 1


def test_an_organisations_webhook_is_its_lms_admins(stage: Stage) -> None:
    def make(actor: Actor) -> WebhookEndpoint:
        return create_endpoint(
            stage.ports,
            organisation=stage.cast.catalog.organisation,
            catalog=None,
            choice=EndpointChoice(stage.receiver.url, "", CHOSEN),
            actor=actor,
        ).endpoint

    with pytest.raises(NotAllowed):
        make(stage.owner)
    with pytest.raises(NotFoundHere):
        make(Actor.of(stage.cast.stranger))
    make(Actor.of(stage.cast.lms_admin))
    stage.happen()
    stage.work()
    assert len(stage.receiver.ids) == 2, "the catalog's own and the organisation's"


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.com/", "https://127.0.0.1/", "https://[::1]/", "ftp://example.com"),
        *("https://localhost/", "https://169.254.169.254/latest/meta-data/", "hooks.example.com"),
        *("https://user:password@hooks.example.com/", "https://10.0.0.1:8443/x", "https://"),
        *("https://metadata.google.internal/", "https://hooks.example.com:99999/", ""),
    ],
)
def test_addresses_that_lead_inside_or_are_not_encrypted_are_refused(
    stage: Stage, url: str
) -> None:
    strict = webhook_sender(stage.clock, before_call=lambda: None, max_connections=1)
    assert not url or strict.refusal(url)
    assert not strict.refusal("https://hooks.example.com/classbell")


def test_a_choice_that_cannot_be_taken_is_refused_by_its_field(stage: Stage) -> None:
    for field, choice in (
        ("url", EndpointChoice("  ", "", CHOSEN)),
        ("url", EndpointChoice("gopher://x", "", CHOSEN)),
        ("description", EndpointChoice(stage.receiver.url, "x" * 201, CHOSEN)),
        ("event_types", EndpointChoice(stage.receiver.url, "", ())),
        ("event_types", EndpointChoice(stage.receiver.url, "", ("no.such",))),
    ):
        with pytest.raises(InvalidInput) as caught:
            change_endpoint(
                stage.ports, endpoint=stage.made.endpoint, choice=choice, actor=stage.owner
            )
        assert caught.value.field == field


def test_secrets_are_sealed_and_in_no_record(stage: Stage) -> None:
    row = WebhookEndpoint.objects.get()
    secret = stage.made.secret.removeprefix("whsec_").encode()
    assert stage.made.secret.startswith("whsec_")
    assert secret not in bytes(row.sealed_secret)
    written = str(list(AuditEntry.objects.values()))
    assert stage.made.secret not in written
    assert "/hooks" not in written, "of an address only the host is recorded"
