"""Four processes and one account whose token runs out again and again: none lost, none doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from m365sandbox.entra.state import Authentication, RefreshToken
from m365sandbox.seed import CLIENT_ID
from m365sandbox.testing import Sandbox, start_sandbox
from m365sandbox.world import World

ROOT = Path(__file__).parents[3]
SENDER = "learning@contoso.example"
SCOPES = ["Mail.Send", "User.Read", "openid", "profile", "offline_access"]


def a_refresh_token(world: World) -> str:
    """Return a refresh token of the service account, as a sign-in would."""
    person = world.directory.person(SENDER)
    assert person is not None
    world.grants.add(CLIENT_ID, person.tenant_id, person.oid, tuple(SCOPES))
    how = Authentication(
        client_id=CLIENT_ID,
        tenant_id=person.tenant_id,
        oid=person.oid,
        scopes=SCOPES,
        prefix="",
        session_id="test",
        serial=world.entra.next_serial(),
        strong=True,
    )
    return world.entra.seal(RefreshToken(how, world.now()))


def environment(sandbox: Sandbox, store_url: str) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("CLASSBELL_")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
        "CLASSBELL_DATABASE_URL": store_url,
        "CLASSBELL_SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-1",
        "CLASSBELL_ENCRYPTION_KEYS": "test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "CLASSBELL_LOGIN_URL": sandbox.secure_url,
        "CLASSBELL_GRAPH_URL": sandbox.graph_url,
        "CLASSBELL_CLIENT_ID": sandbox.client_id,
        "CLASSBELL_CLIENT_SECRET": sandbox.client_secret,
        "SSL_CERT_FILE": str(sandbox.ca_file),
    }


def start(words: dict[str, object], around: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.domain.connections.renewing", json.dumps(words)]
    return subprocess.Popen(command, cwd=ROOT, env=around, stdout=subprocess.PIPE, text=True)


@pytest.mark.store
@pytest.mark.slow
def test_four_processes_renew_one_token_after_the_other(store_url: str) -> None:
    with start_sandbox(smtp=False) as sandbox:
        around = environment(sandbox, store_url)
        token = sandbox.run(a_refresh_token)
        preparing = start({"prepare": True, "refresh_token": token}, around)
        preparing.communicate(timeout=60)
        assert preparing.returncode == 0

        processes = [start({"seconds": 3.0}, around) for _ in range(4)]
        printed = [process.communicate(timeout=60)[0] for process in processes]

        assert [process.returncode for process in processes] == [0] * 4
        times = [json.loads(text.splitlines()[-1])["times"] for text in printed]
        assert min(times) > 0
        log = sandbox.control.log(method="POST", limit=2000)
        calls = [one for one in log if "/oauth2/v2.0/token" in one["path"]]
    assert {call["status"] for call in calls} == {200}
    check = (
        "from classbell.storage.models import Account; print(Account.objects.get().token_version)"
    )
    version = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {check}"],
        cwd=ROOT,
        env=around,
        capture_output=True,
        text=True,
        check=True,
    )
    # Every answer was kept, and nobody asked for one that another had just fetched.
    assert int(version.stdout.split()[-1]) == len(calls)
    assert 3 <= len(calls) <= 20
