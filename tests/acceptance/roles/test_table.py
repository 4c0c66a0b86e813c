"""Every address, every method, everybody: what the table says is what happens."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.acceptance.roles.conftest import PATTERNS, Stage
from tests.acceptance.roles.table import PARTS, TABLE

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NO_SUCH_METHOD = 405


def test_the_table_names_every_address_there_is() -> None:
    assert set(PATTERNS) == set(TABLE)


@pytest.mark.parametrize("part", PARTS)
def test_everybody_meets_what_the_table_says(stage: Stage, part: str) -> None:
    wrong = []
    for name, address in TABLE.items():
        for method in ("GET", "POST"):
            who = address.method(method)
            if who is None:
                continue
            status = asked(stage, part, name, method)
            if status not in who.expected(part):
                wrong.append(f"{method} {name}: {status}, not {sorted(who.expected(part))}")
    assert not wrong, f"{part}:\n" + "\n".join(wrong)


def test_no_method_beside_the_table_works(stage: Stage) -> None:
    wrong = []
    for name, address in TABLE.items():
        for method in METHODS:
            if address.method(method) is None:
                status = asked(stage, "owner", name, method)
                if status != NO_SUCH_METHOD:
                    wrong.append(f"{method} {name}: {status}")
    assert not wrong, "\n".join(wrong)


def asked(stage: Stage, part: str, name: str, method: str) -> int:
    """Ask as somebody, and let nothing be left of it."""
    client, address = stage.browser(part).client, stage.address(name)
    with transaction.atomic():
        if method == "POST":
            answer = client.post(address, stage.forms.get(name, {}))
        else:
            answer = client.generic(method, address)
        transaction.set_rollback(True)
    return answer.status_code
