"""The installation that ``classbell run`` and ``classbell demo`` set up beside the sandbox."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid5

from classbell.cli.settings_file import (
    parse_settings,
    read_settings_file,
    write_settings_file,
)
from classbell.ports.errors import ConfigurationFault


@dataclass(frozen=True, slots=True)
class ShowcasePerson:
    """Somebody of the sandbox who has a role here."""

    tenant_id: UUID
    name: str
    address: str

    @property
    def object_id(self) -> UUID:
        """The sandbox derives object ids from tenant and address, so that they stay the same."""
        return uuid5(self.tenant_id, self.address)


CONTOSO = UUID("c0470500-0000-4000-8000-000000000001")
FABRIKAM = UUID("fab41ca0-0000-4000-8000-000000000002")
LENA = ShowcasePerson(CONTOSO, "Lena Albrecht", "lena.albrecht@contoso.example")
MAI = ShowcasePerson(CONTOSO, "Mai Nielsen", "mai.nielsen@contoso.example")
JONAS = ShowcasePerson(CONTOSO, "Jonas Weber", "jonas.weber@contoso.example")
BJOERN = ShowcasePerson(CONTOSO, "Björn Köhler", "bjoern.koehler@contoso.example")
ZOE = ShowcasePerson(CONTOSO, "Zoé Dubois", "zoe.dubois@contoso.example")
KIRSTINE = ShowcasePerson(CONTOSO, "Kirstine Skovgaard", "kirstine.skovgaard@contoso.example")
OPERATOR = ShowcasePerson(CONTOSO, "Ingrid Thorsen", "it.admin@contoso.example")
ROSA = ShowcasePerson(FABRIKAM, "Rosa Fabri", "rosa.fabri@fabrikam.example")
PASSWORD = "Pa55-sandbox"  # noqa: S105 -- the sandbox's people are public
SERVICE_ACCOUNT = "learning@contoso.example"
BEGIN = "2026-11-23T08:00:00Z"
"""Where a new sandbox's clock begins: the example programme has dates, and must stay ahead."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything of one showcase listens and is kept; ports of the loopback."""

    folder: Path
    web_port: int = 8000
    http_port: int = 8365
    https_port: int = 8366
    smtp_port: int = 8325

    def with_ports_moved(self, by: int) -> Places:
        """Return the same places with every port moved up."""
        return replace(
            self,
            web_port=self.web_port + by,
            http_port=self.http_port + by,
            https_port=self.https_port + by,
            smtp_port=self.smtp_port + by,
        )

    @property
    def ports(self) -> dict[str, int]:
        """Who listens, and where."""
        return {
            "the Admin Center": self.web_port,
            "the sandbox": self.http_port,
            "the sandbox's TLS": self.https_port,
            "the sandbox's mail server": self.smtp_port,
        }

    @property
    def base_url(self) -> str:
        """Address of the Admin Center: another site to the browser than the sandbox."""
        return f"http://localhost:{self.web_port}"

    @property
    def sandbox_url(self) -> str:
        """Address of the sandbox's pages."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def settings_file(self) -> Path:
        """Where the settings of the showcase are kept."""
        return self.folder / "classbell.env"

    @property
    def sandbox_words(self) -> list[str]:
        """What every call of the sandbox's program needs."""
        return [
            *("--http-port", str(self.http_port)),
            *("--https-port", str(self.https_port)),
            *("--smtp-port", str(self.smtp_port)),
            *("--state", str(self.folder / "sandbox.sqlite3")),
        ]


def sandbox_program() -> list[str]:
    """Return the words that start the sandbox; it is another package, met over HTTP only."""
    return [sys.executable, "-m", "m365sandbox"]


def classbell_program() -> list[str]:
    """Return the words that start this program again."""
    return [sys.executable, "-m", "classbell.cli.main"]


def settings_of(places: Places) -> dict[str, str]:
    """Return the settings of the showcase, made at the first start and kept afterwards."""
    kept = read_settings_file(places.settings_file) if places.settings_file.is_file() else {}
    made = {
        "CLASSBELL_SECRET_KEY": kept.get("CLASSBELL_SECRET_KEY") or secrets.token_urlsafe(48),
        "CLASSBELL_ENCRYPTION_KEYS": kept.get("CLASSBELL_ENCRYPTION_KEYS") or _new_key(),
        "CLASSBELL_DATABASE_URL": f"sqlite:///{places.folder.absolute()}/classbell.sqlite3",
        "CLASSBELL_SMTP_FROM": "classbell@contoso.example",
        "CLASSBELL_OPERATOR_ADDRESS": OPERATOR.address,
        **_sandbox_settings(places),
        "CLASSBELL_BASE_URL": places.base_url,
        "CLASSBELL_PUBLIC_URL": places.base_url,
    }
    write_settings_file(places.settings_file, made)
    return made


def _sandbox_settings(places: Places) -> Mapping[str, str]:
    """Ask the sandbox which settings lead to it."""
    answer = subprocess.run(
        [*sandbox_program(), "env", *places.sandbox_words],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise ConfigurationFault(
            "m365sandbox env failed.", meaning=answer.stderr.strip(), remedy="Run it by hand."
        )
    return parse_settings(answer.stdout, source="m365sandbox env")


def _new_key() -> str:
    """Make the key that seals tokens at rest."""
    answer = subprocess.run(
        [*classbell_program(), "keys", "new"], capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()
