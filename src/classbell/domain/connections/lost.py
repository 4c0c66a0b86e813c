"""A connection that is lost, and back: told once, with nothing thrown away."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from classbell.delivery.hold import hold, release
from classbell.delivery.lanes import lock_lanes, mailbox_lane
from classbell.domain.connections.alerts import tell_lost, tell_restored
from classbell.domain.connections.daily_times import ask_daily, next_probe
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.rerouting import reroute_account
from classbell.domain.connections.tokens import renew
from classbell.domain.connections.waiting import DISCONNECTED, LOST, REASONS, keep_much_or_old
from classbell.domain.notifications.moving import move_alone
from classbell.domain.organisations.audit import CLASSBELL, Actor, record
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.storage.models import Account, AccountState, Incident, Lane, LaneKind, WorkItem
from classbell.storage.queries.connections import catalogs_served, open_incident

HTTP_UNAUTHORIZED = 401
HTTP_NOT_FOUND = 404

FRESH = timedelta(minutes=30)
"""How long after connecting a mailbox may still be in the making: a licence given just now needs
that long, and Microsoft Graph answers 404 meanwhile."""

ONE_TRY = timedelta(minutes=2)
"""A token refused again so soon after it was renewed because of a refusal is refused for good."""


def lane_verdict(ports: Ports, lane: Lane, verdict: Verdict) -> None:
    """Act on a verdict that concerns a whole account. May use the network.

    A token that Microsoft Graph refuses is renewed silently once, with the claims it asked for
    (https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge); only if that does
    not help is the account lost.

    Args:
        ports: the outside world.
        lane: the account's lane; one that is no mailbox's has no account to lose.
        verdict: what was judged.
    """
    if lane.kind != LaneKind.MAILBOX:
        return
    account_id = UUID(lane.key)
    if _is_in_the_making(ports, account_id, verdict):
        return
    if not _may_try(ports, account_id, verdict):
        account_lost(ports, account_id, verdict)
        return
    version = Account.objects.values_list("token_version", flat=True).get(pk=account_id)
    try:
        renew(ports, account_id, claims=verdict.claims)
    except ProviderFailure as failure:
        # A fault that passes is no loss: the lane comes back to this within a minute.
        account_lost(ports, account_id, failure.verdict, seen_version=version)
    else:
        _go_on(ports, account_id)


def account_lost(
    ports: Ports, account_id: UUID, verdict: Verdict, *, seen_version: int | None = None
) -> bool:
    """Mark an account as lost, keep its mail, and tell the people concerned. Once per loss.

    However many failures are seen at once, the conditional update lets one of them win, and only
    the winner writes incident, record, event and alert. The alert goes by the system mailer,
    never through the account itself.

    Args:
        ports: the outside world.
        account_id: the account.
        verdict: what was judged; one that does not concern the whole account changes nothing.
        seen_version: version of the tokens that failed, where known; a failure of tokens that were
            replaced meanwhile changes nothing.

    Returns:
        Whether this call was the one that marked it.
    """
    if not verdict.concerns_the_account:
        return False
    organisation_id = Account.objects.values_list("organisation_id", flat=True).get(pk=account_id)
    with transaction.atomic():
        move_alone(organisation_id)
        rows = Account.objects.filter(pk=account_id, state=AccountState.CONNECTED)
        if seen_version is not None:
            rows = rows.filter(token_version=seen_version)
        won = bool(rows.update(state=AccountState.LOST, refresh_lease_until=None))
        account = Account.objects.select_related("organisation").get(pk=account_id)
        lock_lanes(account.organisation_id)
        _keep_mail(ports, account)
        if won:
            _tell(ports, account, kind_of(account).judged(verdict))
    return won


def account_back(ports: Ports, account: Account, *, actor: Actor = CLASSBELL) -> bool:
    """Mark a lost account as working again and let its mail go, in the caller's transaction.

    The caller moves mail alone (``moving.move_alone``).

    Args:
        ports: the outside world.
        account: the account, with tokens that work.
        actor: who brought it back.

    Returns:
        Whether it had been lost.
    """
    rows = Account.objects.filter(pk=account.pk, state=AccountState.LOST)
    if not rows.update(state=AccountState.CONNECTED):
        return False
    lock_lanes(account.organisation_id)
    account.state = AccountState.CONNECTED
    incident = open_incident(account)
    Incident.objects.filter(account=account, closed_at=None).update(closed_at=ports.clock.now())
    keep_much_or_old(ports, mailbox_lane(account))
    released = _resume(ports, mailbox_lane(account)) + reroute_account(ports, account)
    if incident is not None:
        tell_restored(ports, incident, released)
    _note(ports, account, "connection.back", actor, {"released": released})
    return True


def _may_try(ports: Ports, account_id: UUID, verdict: Verdict) -> bool:
    """Say whether a silent renewal may still help: Graph refused an access token, for once.

    Entra ID says with another status than 401 that somebody has to sign in.
    """
    if verdict.kind is not VerdictKind.SIGN_IN_AGAIN or verdict.status != HTTP_UNAUTHORIZED:
        return False
    long_ago = Q(challenged_at=None) | Q(challenged_at__lte=ports.clock.now() - ONE_TRY)
    rows = Account.objects.filter(long_ago, pk=account_id, state=AccountState.CONNECTED)
    return rows.exists()


def _is_in_the_making(ports: Ports, account_id: UUID, verdict: Verdict) -> bool:
    """Say whether a mailbox that is not there may still come; the lane tries again by itself."""
    if verdict.kind is not VerdictKind.MAILBOX_UNUSABLE or verdict.status != HTTP_NOT_FOUND:
        return False
    since = ports.clock.now() - FRESH
    rows = Account.objects.filter(state=AccountState.CONNECTED, connected_at__gt=since)
    return rows.filter(pk=account_id).exists()


def _go_on(ports: Ports, account_id: UUID) -> None:
    """Let the lane go on at once, now that the account has a new token."""
    with transaction.atomic():
        now = ports.clock.now()
        rows = Account.objects.filter(pk=account_id, state=AccountState.CONNECTED)
        if rows.update(challenged_at=now):
            account = Account.objects.get(pk=account_id)
            _resume(ports, mailbox_lane(account))


def _resume(ports: Ports, lane: Lane) -> int:
    """Let held mail go, and work that was put off; return how many messages are queued again."""
    now = ports.clock.now()
    WorkItem.objects.filter(lane=lane, attempt__gt=0, due_at__gt=now).update(due_at=now)
    return release(ports, lane, now)


def _keep_mail(ports: Ports, account: Account) -> None:
    """Hold what waits on the lane of an account that cannot send, and may take no other route."""
    if account.state == AccountState.CONNECTED:
        return
    reroute_account(ports, account)
    code = DISCONNECTED if account.state == AccountState.DISCONNECTED else LOST
    hold(mailbox_lane(account), reason_code=code, reason=REASONS[code], now=ports.clock.now())


def _tell(ports: Ports, account: Account, verdict: Verdict) -> None:
    """Write down the loss for people, integrators and the alert's recipients."""
    incident = Incident.objects.create(
        account=account,
        verdict=verdict.kind.value,
        code=verdict.code[:100],
        explanation=verdict.explanation[:500],
        request_id=verdict.request_id[:100],
        claims=verdict.claims,
        opened_at=ports.clock.now(),
    )
    facts: dict[str, object] = {"verdict": verdict.kind.value, "code": verdict.code}
    _note(ports, account, "connection.lost", CLASSBELL, facts)
    tell_lost(ports, incident)
    now = ports.clock.now()
    ask_daily(ports, account, next_probe(account, incident.verdict, timedelta(), now))


def _note(
    ports: Ports, account: Account, action: str, actor: Actor, facts: dict[str, object]
) -> None:
    """Write record and event for every catalog that uses the account."""
    for catalog in catalogs_served(account):
        record(
            ports,
            actor=actor,
            organisation_id=account.organisation_id,
            catalog=catalog,
            action=action,
            subject=f"account:{account.address}",
            after=facts,
        )
        emit(
            ports,
            organisation_id=account.organisation_id,
            catalog=catalog,
            name=action,
            payload={"account": account.address, "catalog": catalog.slug, **facts},
        )
