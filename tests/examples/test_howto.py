"""The commands of the how-to, run as they stand against a Classbell that serves for real."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from classbell.cli.processes import Processes, free_port
from tests.architecture.sources import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.store]
PAGE = ROOT / "docs" / "howto" / "drive-from-a-learning-platform.md"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PROGRAMS = Path(sys.executable).parent


def test_the_commands_of_the_how_to_do_what_it_says(store_url: str, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "CLASSBELL": address,
        "CLASSBELL_BASE_URL": address,
        "CLASSBELL_DATABASE_URL": store_url,
        "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    subprocess.run(["classbell", "migrate", "--showcase"], env=environment, check=True)
    script = "set -euo pipefail\n" + "\n".join(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    with Processes(environment) as running:
        running.start("web", ["classbell", "serve", "--port", str(port)])
        running.wait_for_port("web", port)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    moodle, openedx = done.stdout.split("01-enrollment-created.json")
    assert re.search(r"ana\.costa@contoso\.example +enrolled", moodle)
    assert re.search(r"bo\.lind@contoso\.example +cancelled", moodle)
    assert "enrolled 1 in FA-1" in openedx
    assert re.search(r"ana\.costa@contoso\.example +enrolled", openedx)
