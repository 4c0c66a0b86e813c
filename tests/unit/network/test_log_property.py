"""Whatever is logged, at whatever depth: no secret, and no address that names a person."""

from __future__ import annotations

import json

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classbell.network.logs import configure_logging

TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhYmMifQ.c2lnbmF0dXJl"
REFRESH = "1.AXoAabcdefghijklmnopqrstuvwxyz0123456789"
ADDRESS = "lea.testperson@contoso.example"
words = st.text(alphabet="abc xyz.:,;", max_size=12)
around = st.tuples(words, words)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a text with something in it that must not be seen."""
    before, after = draw(around)
    secret = draw(
        st.sampled_from(
            (TOKEN, REFRESH, ADDRESS, f"Bearer {TOKEN}", f"client_secret={REFRESH}", f"<{ADDRESS}>")
        )
    )
    return f"{before} {secret} {after}"


values = st.recursive(
    texts() | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(("who", "facts", "to", "problem", "path")), values))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_secret_and_nobody_is_seen(
    capsys: pytest.CaptureFixture[str], facts: dict[str, object]
) -> None:
    configure_logging(form="json")
    structlog.get_logger("test").warning("something", **facts)
    line = capsys.readouterr().err
    json.loads(line)
    assert "c2lnbmF0dXJl" not in line
    assert "AXoAabcdefghij" not in line
    assert "lea.testperson" not in line
