"""Proving that alerts can arrive: a test alert by each route, and what that showed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from classbell.domain.connections.tokens import with_mailbox
from classbell.domain.notifications.routes import may_substitute, substitute
from classbell.domain.organisations.access import access_of, require_lms_admin
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.providers.resource import resource_for
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault, InvalidInput, NotFoundHere, ProviderFailure
from classbell.ports.mail import Accepted, Address, Mail
from classbell.storage.models import (
    AlertRoute,
    AlertRouteTest,
    AlertSetting,
    EmailProvider,
    Organisation,
)
from classbell.storage.queries.email_provider import active_provider
from classbell.storage.queries.health import last_test

SUBJECT = "Test: alerts of Classbell arrive"
MESSAGE = (
    "<p>This is a test. Should Classbell ever lose its connection to a Microsoft 365 account, the "
    "admins are told in a message that comes by this way.</p>"
)
ON_ITS_WAY = "on_its_way"


@dataclass(frozen=True, slots=True)
class RouteState:
    """One route for alerts.

    Attributes:
        route: which.
        setting: names it as it is set now.
        test: its latest test as it is set now, or None.
    """

    route: AlertRoute
    setting: str
    test: AlertRouteTest | None

    @property
    def proven(self) -> bool:
        """Whether it has delivered a test as it is set now."""
        return self.test is not None and self.test.accepted


def routes(ports: Ports, organisation: Organisation | None) -> list[RouteState]:
    """Return the routes that an organisation's alerts can take, in their order.

    Args:
        ports: tells what the operator has set.
        organisation: whose alerts; None for the installation's own.
    """
    found: list[RouteState] = []
    provider = active_provider(organisation.pk if organisation else None)
    if provider is not None:
        setting = _azure(provider)
        test = last_test(AlertRoute.ACS, setting, provider.organisation_id)
        found.append(RouteState(AlertRoute.ACS, setting, test))
    if ports.system_mailer is not None:
        setting = ports.installation.mail_route
        test = last_test(AlertRoute.SYSTEM_MAILER, setting, None)
        found.append(RouteState(AlertRoute.SYSTEM_MAILER, setting, test))
    account = substitute(organisation.pk) if organisation else None
    if organisation is not None and account is not None:
        test = last_test(AlertRoute.ACCOUNT, account.address, organisation.pk)
        found.append(RouteState(AlertRoute.ACCOUNT, account.address, test))
    return found


def alert_warning(ports: Ports, organisation: Organisation | None) -> str:
    """Return the sentence to show while no route for alerts has delivered a test; else nothing."""
    ways = routes(ports, organisation)
    if not ways:
        return "There is no route for alerts: nobody would be told when a connection is lost."
    if any(way.proven for way in ways):
        return ""
    if all(way.test is None for way in ways):
        return "No route for alerts has delivered a test yet."
    return "The last test alert was not accepted: nobody would be told when a connection is lost."


def send_test_alert(
    ports: Ports,
    *,
    address: str,
    actor: Actor,
    organisation: Organisation | None = None,
    route: AlertRoute = AlertRoute.SYSTEM_MAILER,
) -> AlertRouteTest:
    """Send a test alert by one route and keep what came of it. Uses the network.

    Args:
        ports: the outside world.
        address: who shall get it.
        actor: the operator, or an LMS admin of the organisation.
        organisation: whose route; needed unless the operator tests the system mailer.
        route: which.

    Raises:
        NotAllowed, NotFoundHere: the actor is no LMS admin of the organisation.
        InvalidInput: the address is none, or there is no such route.
    """
    _require_may_set(actor, organisation)
    if "@" not in address:
        raise InvalidInput(f"«{address}» is no e-mail address.", field="address")
    send, setting = _sender(ports, route, organisation)
    of_installation = route == AlertRoute.SYSTEM_MAILER
    test = AlertRouteTest.objects.create(
        organisation=None if of_installation else organisation,
        route=route,
        setting=setting,
        address=address,
        at=ports.clock.now(),
        accepted=False,
        code=ON_ITS_WAY,
    )
    _hand_over(send, test)
    with transaction.atomic():
        test.save()
        if organisation is not None:
            facts = {"route": route.value, "to": address, "accepted": test.accepted}
            _record(ports, actor, organisation, "alerts.tested", facts)
    return test


def allow_substitute(
    ports: Ports, organisation: Organisation, *, allowed: bool, actor: Actor
) -> None:
    """Let another healthy account of the organisation carry alerts, or not any more.

    Raises:
        NotAllowed, NotFoundHere: the actor is no LMS admin of the organisation.
    """
    _require_may_set(actor, organisation)
    before = may_substitute(organisation.pk)
    with transaction.atomic():
        AlertSetting.objects.update_or_create(
            organisation=organisation, defaults={"by_account": allowed}
        )
        if before != allowed:
            _record(ports, actor, organisation, "alerts.by_account", {"allowed": allowed})


def _require_may_set(actor: Actor, organisation: Organisation | None) -> None:
    """Let the operator pass, and LMS admins for their own organisation."""
    if actor.person is None:
        return
    if organisation is None or actor.person.organisation_id != organisation.pk:
        raise NotFoundHere("There is no such organisation here.")
    require_lms_admin(access_of(actor.person))


def _sender(
    ports: Ports, route: AlertRoute, organisation: Organisation | None
) -> tuple[Callable[[Mail], Accepted], str]:
    """Return what sends by a route, and the route's name as it is set now."""
    if route == AlertRoute.SYSTEM_MAILER:
        return _by_system_mailer(ports)
    if route == AlertRoute.ACS:
        return _by_azure(ports, active_provider(organisation.pk if organisation else None))
    account = substitute(organisation.pk) if organisation else None
    if account is None:
        raise InvalidInput(
            "No other account may carry alerts, or none is connected.",
            field="route",
            remedy="Allow it on the page of all connections, and connect an account.",
        )
    account_id = account.pk

    def by_account(mail: Mail) -> Accepted:
        return with_mailbox(ports, account_id, lambda mailbox: ports.mail.send(mailbox, mail))

    return by_account, account.address


def _by_system_mailer(ports: Ports) -> tuple[Callable[[Mail], Accepted], str]:
    """Return the operator's mail server."""
    if ports.system_mailer is None:
        raise InvalidInput(
            "The operator has set no system mailer.",
            field="route",
            remedy="Set CLASSBELL_SMTP_URL to the mail server of your organisation.",
        )
    return ports.system_mailer.send, ports.installation.mail_route


def _by_azure(
    ports: Ports, provider: EmailProvider | None
) -> tuple[Callable[[Mail], Accepted], str]:
    """Return the organisation's Azure Communication Services resource."""
    service = ports.email_service
    if provider is None or service is None:
        raise InvalidInput(
            "Azure Communication Services is not activated for the organisation.",
            field="route",
            remedy="Ask whoever runs this installation to activate it.",
        )
    return (
        lambda mail: service.send(resource_for(ports, provider.pk), mail, str(uuid4())),
        _azure(provider),
    )


def _azure(provider: EmailProvider) -> str:
    """Name a resource as it is set now."""
    return f"{provider.endpoint} as {provider.sender_address}"[:300]


def _hand_over(send: Callable[[Mail], Accepted], test: AlertRouteTest) -> None:
    """Send the test and note the answer in its row."""
    try:
        answer = send(Mail(SUBJECT, MESSAGE, to=(Address(test.address),)))
    except ProviderFailure as failure:
        test.code = failure.verdict.code[:100]
        test.explanation = failure.what[:500]
    except ConfigurationFault as fault:
        test.code, test.explanation = fault.code, str(fault)[:500]
    else:
        test.accepted, test.code = True, ""
        test.reference = (answer.provider_id or answer.request_id)[:200]


def _record(
    ports: Ports, actor: Actor, organisation: Organisation, action: str, after: dict[str, object]
) -> None:
    record(
        ports,
        actor=actor,
        organisation_id=organisation.pk,
        catalog=None,
        action=action,
        subject=f"organisation:{organisation.pk}",
        after=after,
    )
