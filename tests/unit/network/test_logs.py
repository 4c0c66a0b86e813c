"""What a process writes to its log."""

from __future__ import annotations

import json

import pytest
import structlog

from classbell.network.logs import configure_logging


def test_a_line_is_one_json_object_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    log = structlog.get_logger("test")
    log.debug("too quiet")
    log.info("refreshed", refresh_token="1.AXo-secret", account=7)
    (line,) = capsys.readouterr().err.splitlines()
    written = json.loads(line)
    assert (written["event"], written["level"], written["account"]) == ("refreshed", "info", 7)
    assert "secret" not in line
    assert written["timestamp"].endswith("Z")
