"""Installed from its wheel, with locked dependencies and without this tree, it is whole."""

from __future__ import annotations

import re
import subprocess
import tomllib
import zipfile

import httpx2
import pytest

from classbell.cli.processes import Processes, free_ports
from classbell.cli.settings_file import read_settings_file
from classbell.cli.showcase import Places
from tests.architecture.sources import ROOT, project_files
from tests.deploy.conftest import Installed

pytestmark = pytest.mark.slow

NAME = "classbell.example.org"
LEFT_OUT = re.compile(r"\.py[co]$")


def test_it_says_its_version(installed: Installed) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert installed.tell("--version").stdout == f"classbell {project['version']}\n"


def test_the_wheel_holds_every_file_of_the_program(installed: Installed) -> None:
    """Templates, styles, scripts, pictures, translations and tables are in it, not only modules."""
    [wheel] = (installed.image.parents[1] / "build" / "wheels").glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix() for path in project_files() if source in path.parents
    }
    assert sorted(one for one in wanted - held if not LEFT_OUT.search(one)) == []


def test_it_runs_until_the_sign_in_page_answers(installed: Installed, running: Places) -> None:
    page = httpx2.get(f"{running.base_url}/signin", trust_env=False, timeout=20)
    assert page.status_code == 200
    assert "Sign in with Microsoft" in page.text
    german = httpx2.get(
        f"{running.base_url}/signin",
        headers={"Accept-Language": "de"},
        trust_env=False,
        timeout=20,
    )
    assert "Mit Microsoft anmelden" in german.text
    style = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert style
    assert httpx2.get(running.base_url + style.group(1), trust_env=False).status_code == 200


def test_the_doctor_says_what_holds(installed: Installed, running: Places) -> None:
    told = installed.tell("--settings", str(running.settings_file), "doctor")
    assert "ok    settings" in told.stdout
    assert "ok    database" in told.stdout
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("origin", "expected"), [(f"https://{NAME}", 303), ("https://elsewhere.example", 403)]
)
def test_behind_tls_forms_of_its_own_origin_are_taken(
    installed: Installed, running: Places, origin: str, expected: int
) -> None:
    """A proxy ends TLS and passes on in plain HTTP what a browser sends from an https page."""
    [port] = free_ports(1)
    settings = read_settings_file(running.settings_file)
    settings |= {"CLASSBELL_BASE_URL": f"https://{NAME}"}
    here = f"http://127.0.0.1:{port}"
    with (
        (installed.folder / "serve.log").open("wb") as log,
        Processes(installed.environment | settings, log) as processes,
        httpx2.Client(base_url=here, headers={"Host": NAME}, trust_env=False, timeout=20) as proxy,
    ):
        processes.start("web", [*installed.program, "serve", "--port", str(port)])
        processes.wait_for_port("web", port)
        page = proxy.get("/signin")
        [cookie] = re.findall(r"__Host-classbell_csrf=([^;]+)", page.headers["set-cookie"])
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        answer = proxy.post(
            "/signin",
            data={"csrfmiddlewaretoken": token},
            headers={"Origin": origin, "Cookie": f"__Host-classbell_csrf={cookie}"},
        )
    assert answer.status_code == expected


def test_its_health_is_asked_as_the_containerfile_asks_it(
    installed: Installed, running: Places
) -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    [program] = re.findall(r'HEALTHCHECK .*"-c", "(.+)"\]$', text, flags=re.MULTILINE)
    asked = program.replace("8000", str(running.web_port))
    python = str(installed.image / "bin" / "python")
    subprocess.run([python, "-c", asked], env=installed.environment, check=True)
