"""What the doctor looks at inside the installation; each check says what it found, or raises."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from classbell.config import PREFIX, Settings
from classbell.domain.backups.putting_back import require_finished
from classbell.domain.connections.rotation import examine_keys
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault, ProviderFailure, VerdictKind
from classbell.storage.models import Message, MessageState, Organisation, Restoration
from classbell.storage.queries.gauges import living_workers, overdue_lanes

MOST_SECONDS_APART = 120
"""Microsoft takes tokens and signatures of machines whose clocks differ by five minutes at most."""

LEAST_SECRET_CHARACTERS = 32

LEAST_FREE_BYTES = 1024**3
LEAST_FREE_SHARE = 0.05


def check_names(environment: Mapping[str, str]) -> None:
    """Make sure that every variable of ours is one that is read.

    Args:
        environment: variables of this process.

    Raises:
        ConfigurationFault: one is unknown, such as by a slip of the pen.
    """
    known = {PREFIX + setting.name.upper() for setting in fields(Settings)}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    others = [name for name in unknown if not name.startswith(f"{PREFIX}TEST_")]
    if others:
        raise ConfigurationFault(
            f"{', '.join(others)}: there is no such setting.",
            meaning="What it was to set has its default.",
            remedy="See docs/reference/settings.md for the names.",
        )


def secret_is_long(secret_key: str) -> str:
    """Make sure that what signs cookies, links and keyed hashes cannot be guessed.

    Args:
        secret_key: CLASSBELL_SECRET_KEY.

    Raises:
        ConfigurationFault: it is shorter than ``LEAST_SECRET_CHARACTERS``.
    """
    if len(secret_key) < LEAST_SECRET_CHARACTERS:
        raise ConfigurationFault(
            f"CLASSBELL_SECRET_KEY has {len(secret_key)} characters.",
            meaning="Whoever guesses it can make signed links and words of their own.",
            remedy=f"Set {LEAST_SECRET_CHARACTERS} random characters or more. Links in mail sent "
            "before, and sign-ins under way, end with the former ones.",
        )
    return "long enough"


def keys_open(ports: Ports) -> str:
    """Open every sealed secret.

    Raises:
        ConfigurationFault: one does not open.
    """
    found = examine_keys(ports)
    if found.unreadable:
        raise ConfigurationFault(
            f"{len(found.unreadable)} secrets do not open, such as {found.unreadable[0]}",
            meaning="The accounts they belong to cannot be used.",
            remedy="Put the key they name back into CLASSBELL_ENCRYPTION_KEYS, or connect anew.",
        )
    former = sorted(set(found.by_key) - {ports.cipher.names[0]})
    opened = ", ".join(f"{name} opens {count}" for name, count in sorted(found.by_key.items()))
    hint = f"; classbell keys rotate ends the use of {', '.join(former)}" if former else ""
    return (opened or "nothing is sealed") + hint


def clock_agrees(seconds_ahead: float | None) -> str:
    """Compare this machine's clock with Microsoft's.

    Raises:
        ConfigurationFault: it is too far off.
    """
    if seconds_ahead is None:
        return "Microsoft's host did not say the time"
    if abs(seconds_ahead) > MOST_SECONDS_APART:
        way = "ahead of" if seconds_ahead > 0 else "behind"
        raise ConfigurationFault(
            f"This machine's clock is {abs(seconds_ahead):.0f} seconds {way} Microsoft's.",
            meaning="Sign-ins and signed requests will be refused.",
            remedy="Let the machine keep its time by NTP.",
        )
    return f"within {abs(seconds_ahead):.0f} s of Microsoft's"


def credential_accepted(ports: Ports) -> str:
    """Ask Microsoft for a token for the application itself, in the first organisation.

    Raises:
        ConfigurationFault: Microsoft refuses the credential, or cannot be asked.
    """
    organisation = Organisation.objects.order_by("created_at").first()
    if organisation is None:
        return "not tried: no organisation is bound yet"
    try:
        ports.identity.application_token(tenant_id=organisation.tenant_id, fresh=True)
    except ProviderFailure as failure:
        raise _of_the_operator(
            failure,
            meaning="Nobody can sign in, and no account's tokens can be renewed.",
            refused="Compare CLASSBELL_CLIENT_ID and the credential with the application's "
            "registration in Microsoft Entra ID; docs/reference/codes.md explains the code.",
        ) from failure
    return "Microsoft accepts it"


def mailer_reached(ports: Ports) -> str:
    """Open a session with the operator's mail server, and leave it.

    Raises:
        ConfigurationFault: none is set, it cannot be reached, or it refuses the sign-in.
    """
    if ports.system_mailer is None:
        raise ConfigurationFault(
            "CLASSBELL_SMTP_URL is not set.",
            meaning="What a lost account cannot carry has no route.",
            remedy="Set it to the mail server of your organisation.",
        )
    try:
        ports.system_mailer.check()
    except ProviderFailure as failure:
        raise _of_the_operator(
            failure,
            meaning="Alerts about lost accounts, and what else has no other route, cannot leave.",
            refused="Compare CLASSBELL_SMTP_URL with what the mail server asks for: name, port, "
            "encryption, user and password.",
        ) from failure
    return ports.installation.mail_route or "answers"


def worker_alive() -> str:
    """Look for a worker's sign of life.

    Raises:
        ConfigurationFault: no worker runs.
    """
    living = list(living_workers().order_by("holder"))
    if not living:
        raise ConfigurationFault(
            "No worker has given a sign of life for a minute.",
            meaning="Nothing is sent, and no calendar is kept.",
            remedy="Start classbell worker, restarting always, and read its log.",
        )
    versions = {one.version for one in living}
    return f"{len(living)} running, version {', '.join(sorted(versions))}"


def lanes_in_time(ports: Ports) -> str:
    """Look for lanes that nobody took in time.

    Raises:
        ConfigurationFault: there are some.
    """
    now = ports.clock.now()
    late = overdue_lanes(now)
    first = late.first()
    if first is not None and first.due_at is not None:
        seconds = (now - first.due_at).total_seconds()
        raise ConfigurationFault(
            f"{late.count()} lanes wait to be taken, the first for {seconds:.0f} seconds.",
            meaning="Mail and calendars are late.",
            remedy="Start more workers, or raise CLASSBELL_WORKER_THREADS.",
        )
    return "none waits"


def _of_the_operator(failure: ProviderFailure, *, meaning: str, refused: str) -> ConfigurationFault:
    """Return what a provider's failure asks of the operator, who alone can mend a setting.

    Args:
        failure: of a call that a setting of this installation decides about.
        meaning: what cannot be done meanwhile.
        refused: what to do where the provider said no, rather than nothing.
    """
    code = failure.verdict.code
    passing = failure.verdict.kind in {VerdictKind.RETRY, VerdictKind.THROTTLED}
    way_out = "Check this machine's way out: DNS, firewall, HTTPS_PROXY and SSL_CERT_FILE."
    return ConfigurationFault(
        failure.what + (f" ({code})" if code and code not in failure.what else ""),
        meaning=meaning,
        remedy=way_out if passing else refused,
    )


def disk_has_room(places: Iterable[Path]) -> str:
    """Write to the disks that are written to, and look at the room on them.

    Raises:
        ConfigurationFault: one is not there, cannot be written to, or is nearly full.
    """
    said = []
    for place in places:
        try:
            tempfile.TemporaryFile(dir=place).close()
        except OSError as cause:
            raise ConfigurationFault(
                f"{place} cannot be written to: {cause.strerror}.",
                meaning="Nothing can be written down, and so nothing is sent.",
                remedy="Make the folder, or let the user that runs Classbell write there.",
            ) from cause
        usage = shutil.disk_usage(place)
        if usage.free < LEAST_FREE_BYTES or usage.free < usage.total * LEAST_FREE_SHARE:
            raise ConfigurationFault(
                f"{place} has {usage.free // 1024**2} MB left.",
                meaning="When it is full nothing can be written down, and so nothing is sent.",
                remedy="Make room, or lower CLASSBELL_RETENTION_DAYS.",
            )
        said.append(f"{usage.free // 1024**3} GB free at {place}")
    return ", ".join(said)


def restore_finished() -> str:
    """Look whether a restore is finished, and whether what it held is decided on.

    Raises:
        ConfigurationFault: a restore was interrupted.
    """
    require_finished()
    last = Restoration.objects.order_by("-pk").first()
    if last is None:
        return "never restored"
    waiting = Message.objects.filter(state=MessageState.HELD, reason_code="restored").count()
    rest = f"; {waiting} messages wait for a decision (classbell deliveries held)"
    return f"{last}" + (rest if waiting else ", all decided on")
