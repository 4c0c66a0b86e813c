"""Backups: what is in the file, and that nothing of it is sent by itself once it is put back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from classbell.delivery.doubt import LOOK_UP, RESTORED, look_up
from classbell.delivery.handlers import Handlers
from classbell.delivery.lanes import housekeeping_lane, mailbox_lane
from classbell.delivery.pace import UNLIMITED
from classbell.domain.backups.deciding import discard_own, own_mail
from classbell.domain.backups.in_doubt import doubt_everything
from classbell.domain.backups.putting_back import require_finished
from classbell.domain.connections.held_mail import held_summary, release_held
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.ports.mail import Accepted, Sighting, SightingState
from classbell.storage.models import (
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    MessageState,
    Notification,
    Restoration,
    SentReminder,
    WorkItem,
)
from tests.domain.people import Cast, a_cast
from tests.messages import a_message
from tests.support import NOW, a_connected_account, a_session, an_enrolment, fake_ports

pytestmark = pytest.mark.store


def classbell(store_url: str, *words: str, code: int = 0) -> str:
    """Run a command on a store of its own."""
    settings = {"DJANGO_SETTINGS_MODULE": "classbell.django_settings"}
    done = subprocess.run(
        [sys.executable, "-m", "classbell.cli.main", *words],
        env=os.environ | settings | {"CLASSBELL_DATABASE_URL": store_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def lose(store_url: str) -> None:
    """Lose a database; an empty place is left."""
    if store_url.startswith("sqlite"):
        for file in Path(store_url.removeprefix("sqlite:///")).parent.glob("classbell.sqlite3*"):
            file.unlink()
        return
    with psycopg.connect(store_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


@pytest.mark.slow
def test_what_was_lost_is_back_and_an_existing_place_is_left_alone(
    store_url: str, store: str, tmp_path: Path
) -> None:
    classbell(store_url, "migrate")
    tenant = "c0470500-0000-4000-8000-000000000001"
    classbell(
        store_url,
        *("organisations", "add", "--tenant", tenant, "--name", "Contoso"),
        *("--lms-admin", "c0470500-0000-4000-8000-00000000000a"),
    )
    file = tmp_path / "backup.tgz"
    manifest = json.loads(classbell(store_url, "backup", str(file), "--json"))
    assert manifest["store"] == store
    assert manifest["counts"]["storage_organisation"] == 1
    assert "exists already" in classbell(store_url, "backup", str(file), code=2)
    refused = classbell(store_url, "restore", str(file), code=2)
    assert "empty" in refused
    assert not list(tmp_path.glob("**/*.restoring"))
    lose(store_url)
    classbell(store_url, "restore", str(file))
    assert "Contoso" in classbell(store_url, "organisations", "list")


@pytest.mark.slow
def test_a_damaged_file_and_a_missing_key_are_refused(store_url: str, tmp_path: Path) -> None:
    classbell(store_url, "migrate")
    file, damaged = tmp_path / "backup.tgz", tmp_path / "damaged.tgz"
    classbell(store_url, "backup", str(file))
    with tarfile.open(file) as old, tarfile.open(damaged, "w:gz") as new:
        for entry in old:
            inner = old.extractfile(entry)
            assert inner is not None
            if entry.name == "manifest.json":
                new.addfile(entry, inner)
            else:
                new.addfile(tarfile.TarInfo(entry.name))
    lose(store_url)
    assert "damaged" in classbell(store_url, "restore", str(damaged), code=2)
    assert "no backup" in classbell(store_url, "restore", str(tmp_path / "nothing"), code=2)


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def cast(ports: Ports, db: None) -> Cast:
    return a_cast(ports)


@pytest.fixture
def lane(ports: Ports, cast: Cast) -> Lane:
    return mailbox_lane(a_connected_account(ports, cast.catalog))


def restored(ports: Ports) -> Restoration:
    """Return a restore that was begun: every lane is leased."""
    Lane.objects.update(lease_until=NOW + timedelta(days=9000))
    return Restoration.objects.create(taken_at=NOW - timedelta(hours=1), begun_at=NOW)


def on_the_wire(cast: Cast, lane: Lane) -> Message:
    """Return a message that was being sent when the backup was taken."""
    envelope = Envelope.objects.create(
        lane=lane,
        epoch=1,
        route="mailbox",
        state=EnvelopeState.SENDING,
        recipients=1,
        traceable=True,
        started_at=NOW - timedelta(hours=1),
    )
    return a_message(
        cast.catalog, MessageState.SENDING, lane=lane, epoch=1, attempt=1, envelope=envelope
    )


def test_everything_that_waited_waits_for_a_decision(ports: Ports, cast: Cast, lane: Lane) -> None:
    for state in (MessageState.QUEUED, MessageState.HELD, MessageState.ACCEPTED):
        a_message(cast.catalog, state, lane=lane)
    flying = on_the_wire(cast, lane)
    doubt_everything(ports, restored(ports))
    mine = Message.objects.exclude(notification__kind="held_mail_waiting")
    found = sorted(mine.values_list("state", flat=True))
    assert found == ["accepted", "held", "held", "unknown"]
    assert held_summary(ports, cast.catalog).to_decide == 2
    assert WorkItem.objects.filter(kind=LOOK_UP, subject=str(flying.envelope_id)).exists()
    assert Notification.objects.filter(kind="held_mail_waiting").count() == 1


def test_a_notification_that_was_not_written_out_yet_is_held_as_well(
    ports: Ports, cast: Cast, lane: Lane
) -> None:
    told = a_message(cast.catalog, MessageState.ACCEPTED, lane=lane).notification
    people = [str(cast.learner.pk), str(cast.owner.pk)]
    Notification.objects.filter(pk=told.pk).update(audience=people, audience_size=2, expanded=0)
    doubt_everything(ports, restored(ports))
    written = Message.objects.filter(notification=told, person__in=[cast.learner, cast.owner])
    assert set(written.values_list("state", "reason_code")) == {("held", RESTORED)}


def test_a_reminder_that_fell_due_meanwhile_is_held_and_not_written_again(
    ports: Ports, cast: Cast, lane: Lane
) -> None:
    session = a_session(cast.catalog, starts_at=NOW + timedelta(hours=20), published=True)
    an_enrolment(session, cast.learner)
    doubt_everything(ports, restored(ports))
    assert SentReminder.objects.filter(session=session).count() == 1
    reminder = Message.objects.get(notification__kind="session_reminder")
    assert (reminder.state, reminder.reason_code) == ("held", RESTORED)


@pytest.mark.parametrize("state", [SightingState.NEVER_SENT, SightingState.SENT])
def test_what_was_on_the_wire_is_settled_by_the_provider_and_never_sent_again(
    ports: Ports, cast: Cast, lane: Lane, state: SightingState
) -> None:
    message = on_the_wire(cast, lane)
    doubt_everything(ports, restored(ports))

    def saw(_lane: Lane, _envelope: UUID) -> Sighting:
        return Sighting(state, Accepted(provider_id="found"))

    handlers = Handlers(
        render=lambda _bundles: [],
        send=lambda _lane, _envelope, _mail: Accepted(),
        on_account_verdict=lambda _lane, _verdict: None,
        work={},
        pace=UNLIMITED,
        look_up=saw,
        resends_unknown=lambda _kind: True,
    )
    assert look_up(ports.clock, handlers, lane, str(message.envelope_id)) is None
    message.refresh_from_db()
    expected = "accepted" if state is SightingState.SENT else "unknown"
    assert message.state == expected


def test_the_catalogs_admin_may_let_it_go(ports: Ports, cast: Cast, lane: Lane) -> None:
    a_message(cast.catalog, MessageState.QUEUED, lane=lane)
    doubt_everything(ports, restored(ports))
    assert release_held(ports, catalog=cast.catalog, actor=Actor.of(cast.owner)) == 1


def test_mail_of_no_catalog_is_the_operators_to_decide(
    ports: Ports, cast: Cast, lane: Lane
) -> None:
    alert = a_message(cast.catalog, MessageState.QUEUED, lane=lane)
    Message.objects.filter(pk=alert.pk).update(catalog=None)
    doubt_everything(ports, restored(ports))
    assert own_mail().count() == 1
    assert discard_own(ports) == 1


def test_no_worker_starts_before_a_restore_is_finished(ports: Ports, cast: Cast) -> None:
    housekeeping_lane(None)
    begun = restored(ports)
    with pytest.raises(ConfigurationFault, match="was not finished"):
        require_finished()
    doubt_everything(ports, begun)
    require_finished()
