"""Starting, stopping and resuming a sandbox, and what it starts with."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from m365sandbox.acs.seed import CONTOSO_KEY
from m365sandbox.cli import ca_path, environment
from m365sandbox.seed import CONTOSO, FABRIKAM
from m365sandbox.server import Addresses
from m365sandbox.start import make_world
from m365sandbox.store import SqliteStore
from m365sandbox.testing import start_sandbox
from m365sandbox.world import World
from tests.sandbox.entra.helpers import ORGANISER, Application


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def served(state: Path) -> Iterator[str]:
    """Run `m365sandbox serve` as people do, end it with SIGINT, and give its plain address."""
    ports = [str(free_port()) for _ in range(3)]
    names = ("--http-port", "--https-port", "--smtp-port")
    options = [word for pair in zip(names, ports, strict=True) for word in pair]
    command = [sys.executable, "-m", "m365sandbox", "serve", "--state", str(state), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        assert "learning@contoso.example" in said
        assert CONTOSO_KEY in said
        try:
            yield f"http://127.0.0.1:{ports[0]}"
        finally:
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(20) == 0


def test_a_sandbox_for_a_test_starts_in_less_than_three_tenths_of_a_second() -> None:
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        with start_sandbox() as sandbox:
            took.append(time.perf_counter() - begun)
            assert sandbox.control.received() == []
    # The best of five: a busy machine may hold any single one up.
    assert min(took) < 0.3


def test_serve_stops_cleanly_and_resumes_clock_keys_and_authority(tmp_path: Path) -> None:
    state = tmp_path / "state" / "sandbox.sqlite3"
    keys, clocks, authorities = [], [], []
    for days in (40, 0):
        with served(state) as base, httpx2.Client(base_url=base, trust_env=False) as client:
            client.post("/_sandbox/clock", json={"advance_seconds": days * 86_400})
            keys.append(client.get("/common/discovery/v2.0/keys").json()["keys"][0]["kid"])
            clocks.append(client.get("/_sandbox/clock").json()["now"])
            authorities.append(ca_path(state).read_text(encoding="ascii"))
    assert keys[0] == keys[1]
    assert clocks[1] > clocks[0]
    assert authorities[0] == authorities[1]
    assert state.stat().st_mode & 0o077 == 0


def test_consent_tokens_and_mail_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    store = SqliteStore(path)
    with start_sandbox(store=store) as first:
        token = Application(first).connect()["refresh_token"]
        first.control.advance(timedelta(days=1))
    store.close()
    store = SqliteStore(path)
    with start_sandbox(store=store) as second:
        fresh = Application(second).refresh(token)
        assert fresh.status_code == 200
        headers = {"Authorization": f"Bearer {fresh.json()['access_token']}"}
        with second.browser() as client:
            me = client.get(f"{second.graph_url}/v1.0/me", headers=headers).json()
        assert me["mail"] == ORGANISER
    store.close()


def test_several_sandboxes_run_at_once_and_know_nothing_of_each_other() -> None:
    with start_sandbox() as one, start_sandbox(smtp=False) as other:
        one.control.advance(timedelta(days=5))
        assert one.control.now() - other.control.now() > timedelta(days=4)
        assert one.people_url != other.people_url
        one.control.delete_person(ORGANISER)
        everybody = other.control.ask("GET", "/people?tenant=contoso.example")["people"]
        assert ORGANISER in {person["address"] for person in everybody}


def test_the_same_people_with_the_same_ids_are_in_every_sandbox() -> None:
    one, other = make_world().directory, make_world().directory
    assert list(one.people) == list(other.people)
    contoso = one.people_of(CONTOSO.tenant_id)
    assert len(contoso) >= 130
    assert sum(not person.display_name.isascii() for person in contoso) >= 90
    assert {room.capacity for room in one.rooms_of(CONTOSO.tenant_id)} == {80, 20, 12, 24, 16, 10}
    assert one.rooms_of(FABRIKAM.tenant_id) == []
    addresses = [person.address for person in one.people.values()]
    assert len(addresses) == len(set(addresses))
    assert all(re.fullmatch(r"[a-z.-]+@[a-z.]+", address) for address in addresses)


def test_env_names_what_serve_listens_on(tmp_path: Path) -> None:
    printed = environment(Addresses(http_port=1, https_port=2, smtp_port=3), tmp_path / "s.sqlite3")
    variables = dict(line.split("=", 1) for line in printed.splitlines())
    assert variables["CLASSBELL_LOGIN_URL"] == "https://127.0.0.1:2"
    assert variables["CLASSBELL_CLOCK_URL"] == "http://127.0.0.1:1/_sandbox/clock"
    assert variables["CLASSBELL_SMTP_URL"] == "smtp://127.0.0.1:3"
    assert variables["SSL_CERT_FILE"] == str(tmp_path / "s.ca.pem")


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "m365sandbox", "serve", "--in-memory"]
        options = ["--http-port", port, "--state", str(tmp_path / "s.sqlite3")]
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, check=False, timeout=30
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failure_in_the_background_ends_the_sandbox_loudly() -> None:
    def explode(_at: datetime, _facts: Mapping[str, object]) -> None:
        message = "the room caught fire"
        raise RuntimeError(message)

    def prepare(world: World) -> None:
        world.handle("explode", explode)
        world.schedule(world.now(), "explode", {})

    with pytest.raises(RuntimeError, match="caught fire"), start_sandbox() as sandbox:
        sandbox.run(prepare)
