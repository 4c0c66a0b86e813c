"""Classbell's Django settings for the tests: its own, on a database that is nobody's.

CLASSBELL_TEST_DATABASE chooses the store: `sqlite` (a file, so that locks behave as in production)
or `postgresql` (a private server, see tests/postgresql.py).
"""

import os
import tempfile
from pathlib import Path

from tests.postgresql import server_url

STORE = os.environ.get("CLASSBELL_TEST_DATABASE", "sqlite")
if STORE not in {"sqlite", "postgresql"}:
    raise ValueError(f"CLASSBELL_TEST_DATABASE is {STORE!r}; it may be sqlite or postgresql.")

_KEPT = ("CLASSBELL_TEST_", "CLASSBELL_REFERENCE")
# What a developer has set for their own use must not change what the tests see.
for _name in [name for name in os.environ if name.startswith("CLASSBELL_")]:
    if not _name.startswith(_KEPT):
        del os.environ[_name]

_SQLITE_FILE = Path(tempfile.gettempdir()) / f"classbell-test-{os.getpid()}.sqlite3"

os.environ.update(
    {
        "CLASSBELL_BASE_URL": "http://localhost:8000",
        "CLASSBELL_SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-1",
        "CLASSBELL_DATABASE_URL": (
            server_url() if STORE == "postgresql" else f"sqlite:///{_SQLITE_FILE}"
        ),
        "CLASSBELL_ENCRYPTION_KEYS": "test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "CLASSBELL_LOGIN_URL": "https://127.0.0.1:8366",
        "CLASSBELL_GRAPH_URL": "http://127.0.0.1:8365",
        "CLASSBELL_CLIENT_ID": "5f0c1a52-7d3e-4c1b-9a56-0c1a55be1100",
        "CLASSBELL_CLIENT_SECRET": "sandbox-secret-not-for-production",
        "CLASSBELL_SMTP_URL": "smtp://127.0.0.1:8325",
    }
)

# Only now, with the environment in place, may the product read it.
from classbell.django_settings import *  # noqa: E402, F403 -- see above
from classbell.django_settings import DATABASES  # noqa: E402 -- see above

_options = DATABASES["default"]["OPTIONS"]
if STORE == "sqlite":
    # The file outlives a killed process without this; only a power cut would lose it.
    _options["init_command"] = _options["init_command"].replace(
        "synchronous=FULL", "synchronous=OFF"
    )
    DATABASES["default"]["TEST"] = {"NAME": str(_SQLITE_FILE)}
else:
    # A test is one transaction as a whole, and a slow machine may let it wait.
    _options["options"] = _options["options"].replace("timeout=5s", "timeout=60s")
    DATABASES["default"]["TEST"] = {"NAME": "test_classbell"}
