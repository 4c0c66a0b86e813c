"""Endpoints: naming an address, choosing its events, changing its secret, taking it away."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from classbell.domain.organisations.audit import Actor
from classbell.domain.webhooks.event_types import BY_NAME, MESSAGE
from classbell.domain.webhooks.pass_on import lane_of
from classbell.domain.webhooks.rights import note, require_may_change, require_may_have
from classbell.domain.webhooks.secrets import give_secret, retire_secret
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault, InvalidInput
from classbell.ports.words import marked as _
from classbell.storage.models import Catalog, Organisation, WebhookEndpoint

MOST_ENDPOINTS = 20
MOST_URL, DESCRIPTION_LENGTH = 2000, 200


@dataclass(frozen=True, slots=True)
class EndpointChoice:
    """What an admin states about an endpoint.

    Attributes:
        url: where events go.
        description: for people; may be empty.
        event_types: names of the registry, at least one.
    """

    url: str
    description: str
    event_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint with its secret, which is readable only now."""

    endpoint: WebhookEndpoint
    secret: str


def create_endpoint(
    ports: Ports,
    *,
    organisation: Organisation,
    catalog: Catalog | None,
    choice: EndpointChoice,
    actor: Actor,
) -> NewSecret:
    """Tell an address of events from now on.

    Args:
        ports: the outside world.
        organisation: whose events.
        catalog: of which catalog; None for all of the organisation.
        choice: the address and what it is told.
        actor: an admin of the catalog, an LMS admin where there is none, or the operator.

    Raises:
        InvalidInput: the address or the choice cannot be taken.
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_have(actor, organisation, catalog)
    found = _checked(ports, choice)
    present = WebhookEndpoint.objects.filter(organisation=organisation, catalog=catalog)
    if present.count() >= MOST_ENDPOINTS:
        raise InvalidInput(
            f"There are {MOST_ENDPOINTS} webhooks already.",
            remedy=_("Delete one that nobody needs, or let one address take more kinds of events."),
        )
    endpoint = WebhookEndpoint(
        organisation=organisation,
        catalog=catalog,
        url=found.url,
        description=found.description,
        event_types=list(found.event_types),
        wants_messages=_wants_messages(found),
        created_at=ports.clock.now(),
    )
    secret = give_secret(ports, endpoint)
    with transaction.atomic():
        endpoint.save(force_insert=True)
        lane_of(endpoint)
        note(ports, endpoint, actor, "webhook.created", events=len(found.event_types))
    return NewSecret(endpoint, secret)


def change_endpoint(
    ports: Ports, *, endpoint: WebhookEndpoint, choice: EndpointChoice, actor: Actor
) -> bool:
    """Change address, description or events; return whether anything changed.

    Raises:
        InvalidInput: the address or the choice cannot be taken.
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_change(actor, endpoint)
    found = _checked(ports, choice)
    values: dict[str, object] = {
        "url": found.url,
        "description": found.description,
        "event_types": list(found.event_types),
        "wants_messages": _wants_messages(found),
    }
    changed = [name for name, value in values.items() if getattr(endpoint, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(endpoint, name, values[name])
    with transaction.atomic():
        endpoint.save(update_fields=changed)
        note(ports, endpoint, actor, "webhook.changed", changed=sorted(changed))
    return True


def rotate_secret(ports: Ports, *, endpoint: WebhookEndpoint, actor: Actor) -> NewSecret:
    """Give an endpoint a new secret; the former signs as well for a day.

    Raises:
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_change(actor, endpoint)
    with transaction.atomic():
        locked = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
        retire_secret(ports, locked)
        secret = give_secret(ports, locked)
        locked.save(update_fields=["sealed_secret", "sealed_former", "former_until"])
        note(ports, endpoint, actor, "webhook.secret_changed")
    return NewSecret(locked, secret)


def delete_endpoint(ports: Ports, *, endpoint: WebhookEndpoint, actor: Actor) -> None:
    """Take an endpoint away, with what waits for it and its log.

    Raises:
        NotAllowed, NotFoundHere: the actor may not.
    """
    require_may_change(actor, endpoint)
    with transaction.atomic():
        note(ports, endpoint, actor, "webhook.deleted")
        # Its lane stays: somebody may hold it. With nothing to do it is never taken again.
        WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()


def _checked(ports: Ports, choice: EndpointChoice) -> EndpointChoice:
    """Return the choice as it is kept.

    Raises:
        InvalidInput: the address or the choice cannot be taken.
    """
    url, description = choice.url.strip(), choice.description.strip()
    if ports.webhooks is None:
        raise ConfigurationFault("Webhooks are not built in.")
    refusal = _("Write the address that events go to.") if not url else ports.webhooks.refusal(url)
    if len(url) > MOST_URL:
        refusal = _("This address is too long.")
    if refusal:
        raise InvalidInput(
            refusal,
            field="url",
            remedy=_(
                "Name an https address on the public internet, such as "
                "https://hooks.example.com/classbell."
            ),
        )
    if len(description) > DESCRIPTION_LENGTH:
        raise InvalidInput(
            _("The description is too long."),
            field="description",
            remedy=f"Shorten it to {DESCRIPTION_LENGTH} characters or fewer.",
        )
    unknown = [name for name in choice.event_types if name not in BY_NAME]
    if unknown or not choice.event_types:
        raise InvalidInput(
            f"There is no event «{unknown[0]}»." if unknown else _("No event was chosen."),
            field="event_types",
            remedy=_("Choose at least one kind of event from the list."),
        )
    names = tuple(name for name in BY_NAME if name in choice.event_types)
    return EndpointChoice(url, description, names)


def _wants_messages(choice: EndpointChoice) -> bool:
    """Say whether an endpoint is told of messages, whose events are written only where wanted."""
    return any(BY_NAME[name].group == MESSAGE for name in choice.event_types)
