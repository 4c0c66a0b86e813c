"""The files under deploy say what they have to: no root, only hashes, and settings that exist."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from container_steps import CONTAINERFILE, Step, entrypoint, steps

from classbell.cli.main import parser
from classbell.config import PREFIX, Settings
from tests.architecture.sources import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/srv/classbell/venv/bin/classbell"
MOST_EXPOSED = 20
"""In tenths; systemd's own word for up to 2 is «OK»."""


def instructions() -> list[Step]:
    """Return the steps of the Containerfile."""
    return list(steps(CONTAINERFILE.read_text(encoding="utf-8")))


def compose() -> Any:
    """Return the services of the compose file."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_the_container_does_not_run_as_root() -> None:
    users = [step.rest for step in instructions() if step.word == "USER"]
    assert users == ["10001:10001"]


def test_everything_installed_in_the_container_has_a_hash() -> None:
    installs = [step.rest for step in instructions() if " pip install " in step.rest]
    assert installs
    for one in installs:
        assert "--require-hashes" in one or ("--no-index" in one and "--no-deps" in one)


def test_what_is_copied_is_there_and_is_let_into_the_build() -> None:
    let_in = {
        line[1:]
        for line in (DEPLOY / "Containerfile.containerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for step in instructions()
        if step.word == "COPY" and "--from" not in step.rest
        for source in shlex.split(step.rest)[:-1]
    }
    assert copied == let_in
    assert [one for one in copied if not (ROOT / one).exists()] == []
    assert not any(fnmatch(".env", one) for one in let_in)


def test_both_names_of_the_list_of_what_is_let_in_agree() -> None:
    names = ("Containerfile.containerignore", "Containerfile.dockerignore")
    one, other = ((DEPLOY / name).read_text(encoding="utf-8") for name in names)
    assert one == other


@pytest.mark.parametrize("service", ["migrate", "web", "worker"])
def test_each_service_runs_a_command_that_exists_and_can_write_nothing(service: str) -> None:
    found = compose()["services"][service]
    assert entrypoint() == ["classbell"]
    parser().parse_args(found["command"])
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]


def test_web_and_worker_wait_for_the_tables_and_only_the_proxy_is_open() -> None:
    services = compose()["services"]
    for name in ("web", "worker"):
        waits = services[name]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully"
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]


def test_only_the_network_of_the_proxy_is_trusted() -> None:
    file = compose()
    trusted = file["services"]["web"]["environment"]["CLASSBELL_TRUSTED_PROXIES"]
    assert file["networks"]["proxied"]["ipam"]["config"] == [{"subnet": trusted}]
    reached = {name for name, one in file["services"].items() if "proxied" in one["networks"]}
    assert reached == {"proxy", "web"}


def test_every_setting_that_the_files_name_exists() -> None:
    known = {PREFIX + one.name.upper() for one in fields(Settings)}
    # What compose and Caddy know by themselves.
    known |= {"CLASSBELL_HOST", "CLASSBELL_IMAGE", "CLASSBELL_UPSTREAM"}
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text)) <= known, path.name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_each_unit_starts_a_command_that_exists(unit: Path) -> None:
    [line] = re.findall(r"^ExecStart=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    program, *words = shlex.split(line)
    assert program == PROGRAM
    parser().parse_args(words)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_takes_the_units_and_finds_them_well_confined(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    for words in (
        ["verify", "--man=no"],
        ["security", "--offline=true", f"--threshold={MOST_EXPOSED}"],
    ):
        told = subprocess.run(
            ["systemd-analyze", *words, *[f"./{unit.name}" for unit in UNITS]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr


def test_health_is_asked_alike_in_both_files() -> None:
    [check] = [step.rest for step in instructions() if step.word == "HEALTHCHECK"]
    asked = json.loads(check.partition("CMD ")[2])
    assert compose()["services"]["web"]["healthcheck"]["test"] == ["CMD", *asked]
