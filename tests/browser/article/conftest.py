"""The admin of Fabrikam, signed in once, and a fresh catalog for every sentence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import FABRIKAM, ROSA
from tests.browser.article.home import Home, a_catalog, an_account, signed_in_as
from tests.browser.conftest import a_walker


@pytest.fixture(scope="module")
def signed_in(browser: Browser, showcase: Stage) -> StorageState:
    """Sign in as Fabrikam's admin and return what the browser keeps of Classbell alone."""
    return signed_in_as(browser, showcase, ROSA.address)


@pytest.fixture(scope="module")
def reading(
    browser: Browser,
    showcase: Stage,
    signed_in: StorageState,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Home]:
    """Open the admin's window on a catalog that is only read; the console may not complain."""
    kept = os.environ.get("CLASSBELL_TEST_PICTURES")
    shots = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    walker = a_walker(browser, shots, state=signed_in)
    yield Home(showcase, walker, a_catalog(showcase, walker))
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


@pytest.fixture
def home(reading: Home) -> Home:
    """Give the admin a catalog of its own, for a sentence that changes something."""
    microsoft = reading.stage.places.sandbox_url.split("//")[1].split(":")[0]
    reading.walker.context.clear_cookies(domain=microsoft)
    return Home(reading.stage, reading.walker, a_catalog(reading.stage, reading.walker))


@pytest.fixture
def account(showcase: Stage) -> str:
    """Return a licensed account that has consented already."""
    return an_account(showcase)


@pytest.fixture
def no_traces(showcase: Stage) -> Iterator[None]:
    """Take back what an organisation consented to, so that others are asked again."""
    yield
    for grant in showcase.control("GET", "/grants")["grants"]:
        if grant["tenant_id"] == str(FABRIKAM) and grant["principal_id"] is None:
            showcase.control("DELETE", f"/grants/{grant['grant_id']}")


@dataclass(frozen=True)
class Azure:
    """Azure Communication Services, as the operator activated it for Fabrikam.

    Attributes:
        resource: its name in the sandbox.
        sender: the fixed address that mail comes from.
        reports: where delivery reports go, and the key they have to carry.
    """

    resource: str
    sender: str
    reports: tuple[str, str]


@pytest.fixture
def azure(showcase: Stage, tmp_path: Path) -> Iterator[Azure]:
    """Have the operator activate Azure for Fabrikam, and end it afterwards."""
    found = showcase.control("GET", "/acs")["resources"]
    resource = next(one for one in found if one["tenant_id"] == str(FABRIKAM))
    key, [sender] = tmp_path / "key", resource["senders"]
    key.write_text(resource["keys"][0])
    acs, tenant = ("organisations", "acs"), ("--tenant", str(FABRIKAM))
    told = showcase.command(
        *(*acs, "activate", *tenant, "--endpoint", resource["endpoint"], "--sender", sender),
        *("--key-file", str(key), "--per-minute", "5", "--per-hour", "10", "--report-key"),
    )
    address = re.search(r"http://\S+/reports/acs/\S+", told)
    report_key = re.search(r"x-classbell-report-key: (\S+)", told)
    assert address
    assert report_key
    yield Azure(resource["name"], sender, (address.group(), report_key.group(1)))
    if json.loads(showcase.command(*acs, "show", *tenant, "--json"))["active"]:
        showcase.command(*acs, "deactivate", *tenant)
