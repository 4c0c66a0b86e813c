"""What a lane sends with: the key that was sealed, or a token of Microsoft Entra ID."""

from __future__ import annotations

import base64

import pytest

from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import deactivate
from classbell.domain.providers.resource import resource_for
from classbell.ports.errors import ConfigurationFault, ProviderFailure, VerdictKind
from classbell.ports.mail import EmailResource
from classbell.storage.models import EmailProvider
from tests.domain.connections.stage import Stage
from tests.support import CONTOSO, a_provider, an_organisation

pytestmark = pytest.mark.django_db

KEY = base64.b64encode(b"the-access-key").decode()


def test_the_key_opens_in_its_own_row(stage: Stage) -> None:
    provider = a_provider(stage.ports)

    resource = resource_for(stage.ports, provider.pk)

    assert resource == EmailResource(
        "https://contoso.communication.azure.com", "noreply@contoso.example", KEY
    )
    assert KEY not in repr(resource)
    assert not stage.identity.named("email_service_token")


def test_without_a_key_the_application_proves_itself_in_the_organisations_tenant(
    stage: Stage,
) -> None:
    provider = a_provider(stage.ports, access_key="")

    resource = resource_for(stage.ports, provider.pk)

    [asked] = stage.identity.named("email_service_token")
    assert asked.arguments["tenant_id"] == CONTOSO
    assert (resource.access_key, bool(resource.access_token)) == ("", True)
    assert resource.access_token not in repr(resource)


def test_a_refused_application_is_told_apart(stage: Stage) -> None:
    provider = a_provider(stage.ports, access_key="")
    stage.identity.fail_next(VerdictKind.OPERATOR_FAULT, on="email_service_token")
    with pytest.raises(ProviderFailure) as caught:
        resource_for(stage.ports, provider.pk)
    assert caught.value.verdict.kind is VerdictKind.OPERATOR_FAULT


def test_a_key_copied_from_another_row_does_not_open(stage: Stage) -> None:
    ours = a_provider(stage.ports)
    theirs = a_provider(stage.ports, stage.cast.foreign_catalog.organisation)
    EmailProvider.objects.filter(pk=theirs.pk).update(sealed_key=bytes(ours.sealed_key))
    with pytest.raises(ConfigurationFault):
        resource_for(stage.ports, theirs.pk)


def test_a_deactivated_resource_sends_nothing_more(stage: Stage) -> None:
    provider = a_provider(stage.ports)
    deactivate(stage.ports, an_organisation(), actor=OPERATOR)
    with pytest.raises(ProviderFailure) as caught:
        resource_for(stage.ports, provider.pk)
    assert caught.value.verdict.code == "provider_deactivated"
    asking = resource_for(stage.ports, provider.pk, only_active=False)
    assert asking.access_key == KEY, "it can still be asked what became of mail"
