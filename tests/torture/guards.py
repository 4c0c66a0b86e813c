"""Takes each guard away, in a copy of the sources, and sees that a test misses it: `make guards`.

A test that passes with and without the guard it is about shows nothing. Where one does, its line
says NOT MISSED, and the run ends with 1. The tests are first run with every guard in place.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("src", "tests", "deploy", "docs", "examples", "scripts", "bench", "pyproject.toml")
FAILED = 1
"""How pytest ends where a test failed, rather than could not be run."""

DOMAIN, WEB = "src/classbell/domain", "src/classbell/web"


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that stands in the way of an attack.

    Attributes:
        attack: what it is about.
        path: the file it stands in.
        stands: the guard, a text that is in the file once.
        gone: the same place without it.
        test: what must fail then.
    """

    attack: str
    path: str
    stands: str
    gone: str
    test: str


GUARDS = (
    Guard(
        "another organisation's rows",
        "src/classbell/storage/scope.py",
        "**{tenancy.organisation: self.organisation_id}",
        "",
        "tests/acceptance/web/test_permissions.py::test_others_open_none_and_learn_nothing",
    ),
    Guard(
        "another catalog's acts",
        f"{DOMAIN}/organisations/access.py",
        "if not access.is_catalog_admin(catalog.id):\n        raise role_needed(access, catalog)\n"
        "    return catalog",
        "return catalog",
        "tests/acceptance/web/test_permissions.py::test_others_can_do_nothing",
    ),
    Guard(
        "a callback in another browser",
        f"{DOMAIN}/organisations/journeys.py",
        "if not hmac.compare_digest(row.browser_key.encode(), browser_key.encode()):",
        "if False:",
        "tests/domain/organisations/test_signin.py::test_a_callback_in_another_browser_is_refused"
        "_and_the_right_browser_may_still_finish",
    ),
    Guard(
        "a callback used again",
        f"{DOMAIN}/organisations/journeys.py",
        'if row.used_at is not None:\n        raise _refused(ports, "This sign-in was completed '
        'already.", "state_used")\n    if row.expires_at <= now:',
        "SignInJourney.objects.filter(pk=row.pk).update(used_at=None)\n"
        "    if row.expires_at <= now:",
        "tests/domain/organisations/test_signin.py::test_a_second_callback_with_the_same_state_is"
        "_refused",
    ),
    Guard(
        "an answer for another purpose",
        f"{DOMAIN}/organisations/journeys.py",
        "if row is None or row.purpose not in purposes:",
        "if row is None:",
        "tests/security/test_oauth.py::test_a_journey_is_for_its_own_purpose_only",
    ),
    Guard(
        "a token of another issuer (mix-up)",
        "src/classbell/microsoft/entra/id_token.py",
        'if claims.text("iss") != issuer:',
        "if False:",
        "tests/unit/microsoft/test_id_token.py::test_another_issuer_is_refused_also_where_keys_name_none",
    ),
    Guard(
        "a token of another journey (nonce)",
        "src/classbell/microsoft/entra/id_token.py",
        'if not hmac.compare_digest(claims.text("nonce"), _hashed(expected.nonce)):',
        "if False:",
        "tests/unit/microsoft/test_id_token.py::test_a_foreign_nonce_means_another_journey",
    ),
    Guard(
        "led away after the sign-in",
        f"{DOMAIN}/organisations/signin.py",
        "return path if ours and plain else HOME",
        "return path",
        "tests/security/test_oauth.py::test_no_way_back_leads_elsewhere",
    ),
    Guard(
        "a form of another site (CSRF)",
        "src/classbell/django_settings.py",
        '"django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        "tests/security/test_browser_walls.py::test_no_form_of_another_site_is_taken",
    ),
    Guard(
        "a page in a foreign frame, a foreign script",
        "src/classbell/django_settings.py",
        '"classbell.web.middleware.SecurityHeaders",\n',
        "",
        "tests/security/test_browser_walls.py::test_every_page_forbids_foreign_frames_and_scripts",
    ),
    Guard(
        "a script in an imported text",
        "src/classbell/django_settings.py",
        '"autoescape": True',
        '"autoescape": False',
        "tests/security/test_hostile_texts.py::test_no_page_runs_what_it_shows",
    ),
    Guard(
        "markup in a value of a mail",
        f"{DOMAIN}/notifications/template.py",
        'return escape(values[place[2]]).replace("\\n", "<br>")',
        "return values[place[2]]",
        "tests/acceptance/web/test_template_preview.py::test_values_are_text_whatever_they_hold",
    ),
    Guard(
        "active content in a saved message",
        f"{DOMAIN}/notifications/templates/check.py",
        "cleaned = nh3.clean(\n        html.strip(),",
        "return html\n    cleaned = nh3.clean(\n        html.strip(),",
        "tests/acceptance/web/test_template_editor.py::test_nothing_active_is_kept",
    ),
    Guard(
        "a line break in a header of a mail",
        "src/classbell/smtp/compose.py",
        'return _CONTROL.sub(" ", text).strip()',
        "return text",
        "tests/unit/smtp/test_mailer.py::test_nothing_in_a_mail_breaks_out_of_its_header_or_body",
    ),
    Guard(
        "a webhook into the own network, by a name",
        "src/classbell/network/addresses.py",
        "admitted = [number for number in numbers if self._gate.admits(number)]",
        "admitted = list(numbers)",
        "tests/unit/network/test_addresses.py::test_a_name_that_leads_into_a_private_network_is_not"
        "_connected_to",
    ),
    Guard(
        "a formula in an export",
        f"{DOMAIN}/notifications/log_export.py",
        'return f"\'{text}" if begins_like_a_formula(text) else text',
        "return text",
        "tests/security/test_hostile_texts.py::test_the_exports_hold_no_formula",
    ),
    Guard(
        "a planted session (fixation)",
        f"{WEB}/access.py",
        "request.session.cycle_key()\n",
        "",
        "tests/security/test_browser_walls.py::test_a_session_that_somebody_planted_is_worthless",
    ),
    Guard(
        "what the person before left in the session",
        f"{WEB}/access.py",
        "request.session.flush()\n",
        "pass\n",
        "tests/security/test_browser_walls.py::test_who_sits_down_next_sees_nothing_of_who_sat"
        "_there",
    ),
    Guard(
        "a secret in a line of a log",
        "src/classbell/network/redaction.py",
        "event[key] = REDACTED if key.lower() in SENSITIVE_KEYS else _redacted(value)",
        "pass",
        "tests/unit/network/test_redaction.py::test_an_events_sensitive_keys_are_emptied_and_its"
        "_texts_cleaned",
    ),
    Guard(
        "sealed tokens copied into another row",
        "src/classbell/storage/encryption.py",
        "def key_ring(text: str) -> KeyRing:",
        "_seal, _open = KeyRing.seal, KeyRing.open\n"
        "KeyRing.seal = lambda self, plain, *, bound_to: _seal(self, plain, bound_to='')\n"
        "KeyRing.open = lambda self, sealed, *, bound_to: _open(self, sealed, bound_to='')\n\n\n"
        "def key_ring(text: str) -> KeyRing:",
        "tests/domain/connections/test_save.py::test_tokens_open_in_their_own_row_only",
    ),
    Guard(
        "the tokens of a mailed link in a log",
        f"{WEB}/log_redaction.py",
        'return _LINK.sub(r"\\1…", text)',
        "return text",
        "tests/acceptance/web/test_signin.py::test_a_link_that_is_too_old_says_so_and_stays_out_of"
        "_the_log",
    ),
    Guard(
        "a secret on the record",
        f"{DOMAIN}/organisations/audit.py",
        'raise SecretOnRecord("A value on the record looks like a token or a key.")',
        "pass",
        "tests/architecture/test_acts_on_record.py",
    ),
)


def without(guard: Guard, folder: Path) -> str:
    """Take a guard away in a copy, and return the file as it was.

    Raises:
        ValueError: the file does not hold the guard once; the line here is out of date.
    """
    place = folder / guard.path
    before = place.read_text(encoding="utf-8")
    if before.count(guard.stands) != 1:
        raise ValueError(f"{guard.path} holds {before.count(guard.stands)} times: {guard.stands}")
    place.write_text(before.replace(guard.stands, guard.gone), encoding="utf-8")
    return before


def tried(folder: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests against a copy; return how pytest ended, and its last words."""
    words = ["-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, *tests],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("E  ", "FAILED"))]
    return done.returncode, (lines or done.stdout.splitlines() or [""])[-1 if not lines else 0]


def copied(folder: Path) -> None:
    """Copy what the tests need."""
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=leave)
        else:
            shutil.copy(source, folder / name)


def main(words: list[str]) -> int:
    """Take the guards away one after the other, and say which of them nothing missed."""
    parser = argparse.ArgumentParser(prog="guards", description=__doc__)
    parser.add_argument("--only", default="", help="attacks with this word in their name")
    only = parser.parse_args(words).only
    chosen = [one for one in GUARDS if only in one.attack]
    not_missed = 0
    with tempfile.TemporaryDirectory() as left:
        folder = Path(left)
        copied(folder)
        code, said = tried(folder, sorted({one.test for one in chosen}))
        if code:
            print(f"With every guard in place the tests do not pass: {said}")
            return 1
        for guard in chosen:
            before = without(guard, folder)
            code, said = tried(folder, [guard.test])
            (folder / guard.path).write_text(before, encoding="utf-8")
            # A test that could not even be run has missed nothing.
            missed = code == FAILED and said.startswith(("E  ", "FAILED"))
            not_missed += not missed
            print(
                f"{'missed    ' if missed else 'NOT MISSED'}  {guard.attack}: {said[:110]}",
                flush=True,
            )
    print(f"{len(chosen)} guards taken away, {not_missed} of them not missed.")
    return 1 if not_missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
