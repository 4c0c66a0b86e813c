"""Every word is there in every language, with its placeholders, and compiled."""

from __future__ import annotations

import subprocess
import sys

from classbell.domain.notifications.languages import LANGUAGES
from tests.architecture.sources import ROOT

LOCALE = ROOT / "src" / "classbell" / "web" / "locale"


def test_every_message_is_translated_whole_and_compiled() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/messages.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[:4000] + done.stderr[-2000:]


def test_pages_have_the_languages_that_people_can_choose() -> None:
    there = {folder.name for folder in LOCALE.iterdir() if folder.is_dir()}
    assert {"en"} | there == set(LANGUAGES)
