"""The way mail takes through Azure: its resource is read once for each time the lane is taken."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from classbell import bootstrap
from classbell.domain.notifications.lane_state import provider_lane
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import deactivate
from classbell.ports.errors import ProviderFailure
from classbell.ports.mail import Address, Mail
from classbell.storage.models import EmailProvider
from tests.domain.connections.stage import Stage
from tests.fakes.email import FakeEmailService
from tests.support import a_provider, an_organisation

pytestmark = pytest.mark.django_db

MAIL = Mail("Hello", "<p>Hello</p>", to=(Address("reader@contoso.example", "Reader"),))


def test_only_the_first_mail_of_a_taken_lane_reads_the_resource(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lane = provider_lane(a_provider(stage.ports))
    with bootstrap.use(stage.ports):
        handlers = bootstrap.handlers_for(lane)
        handlers.send(lane, uuid4(), MAIL)
        with django_assert_num_queries(0):
            handlers.send(lane, uuid4(), MAIL)


def test_a_changed_resource_counts_from_the_next_taking_on(stage: Stage) -> None:
    provider = a_provider(stage.ports)
    lane = provider_lane(provider)
    with bootstrap.use(stage.ports):
        bootstrap.handlers_for(lane).send(lane, uuid4(), MAIL)
        EmailProvider.objects.update(sender_address="other@contoso.example")
        bootstrap.handlers_for(lane).send(lane, uuid4(), MAIL)
    azure = stage.ports.email_service
    assert isinstance(azure, FakeEmailService)
    senders = [sent.resource.sender_address for sent in azure.sent]
    assert senders == [provider.sender_address, "other@contoso.example"]


def test_a_refused_resource_is_read_again_with_the_next_mail(stage: Stage) -> None:
    lane = provider_lane(a_provider(stage.ports))
    deactivate(stage.ports, an_organisation(), actor=OPERATOR)
    with bootstrap.use(stage.ports):
        handlers = bootstrap.handlers_for(lane)
        with pytest.raises(ProviderFailure):
            handlers.send(lane, uuid4(), MAIL)
        EmailProvider.objects.update(active=True)
        handlers.send(lane, uuid4(), MAIL)
