"""The documents say what the program does: settings, commands, targets and links."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest

from classbell.cli import exit_codes
from classbell.cli.main import parser
from classbell.config import PREFIX, REQUIRED, Settings
from m365sandbox.cli import parser as sandbox_parser
from tests.architecture.sources import ROOT, project_files, short

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
SETTINGS_PAGE = ROOT / "docs" / "reference" / "settings.md"
COMMANDS_PAGE = ROOT / "docs" / "reference" / "commands.md"


def rows_of_settings() -> dict[str, str]:
    """Return the page's table: each variable with its default as the page writes it."""
    text = SETTINGS_PAGE.read_text(encoding="utf-8")
    return dict(re.findall(rf"^\| `({PREFIX}\w+)` \| ([^|]*?) \|", text, flags=re.MULTILINE))


def default_as_written(name: str, default: object) -> str:
    """Return how the page writes a default."""
    if name in REQUIRED:
        return "required"
    if isinstance(default, bool):
        return "`yes`" if default else "`no`"
    return "empty" if default == "" else f"`{default}`"


def test_every_setting_is_documented_with_its_default() -> None:
    expected = {
        PREFIX + setting.name.upper(): default_as_written(setting.name, setting.default)
        for setting in fields(Settings)
    }
    assert rows_of_settings() == expected


def commands(of: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, set[str]]]:
    """Yield every command and act with its options, such as `classbell keys new`, `{--id}`."""
    subparsers = [a for a in of._actions if isinstance(a, argparse._SubParsersAction)]  # noqa: SLF001 -- argparse has no other way to ask
    options = {
        word
        for action in of._actions  # noqa: SLF001 -- see above
        for word in action.option_strings
        if word.startswith("--") and word != "--help" and action.help != argparse.SUPPRESS
    }
    if not subparsers:
        yield name, options
    for action in subparsers:
        for word, inner in action.choices.items():
            yield from commands(inner, f"{name} {word}")


def all_commands() -> dict[str, set[str]]:
    """Return the commands of both programs with their options."""
    return dict(
        [*commands(parser(), "classbell"), *commands(sandbox_parser(), "m365sandbox")],
    )


def sections_of_commands() -> dict[str, str]:
    """Return the page's sections: each command's heading with the text below it."""
    text = COMMANDS_PAGE.read_text(encoding="utf-8")
    parts = re.split(r"^##+ `((?:classbell|m365sandbox) [^`]*)`$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_is_documented_and_no_other() -> None:
    assert sorted(sections_of_commands()) == sorted(all_commands())


def test_every_option_is_documented_with_its_command() -> None:
    sections = sections_of_commands()
    missing = [
        f"{name} {option}"
        for name, options in all_commands().items()
        for option in sorted(options)
        if f"`{option}" not in sections.get(name, "")
    ]
    assert not missing


def test_every_exit_code_is_in_the_table() -> None:
    text = COMMANDS_PAGE.read_text(encoding="utf-8")
    codes = {value for name, value in vars(exit_codes).items() if name.isupper()}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == codes


def anchors(document: Path) -> set[str]:
    """Return the anchors that a document's headings make."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = unquote(target).partition("#")
        place = (document.parent / path).resolve() if path else document
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_make_targets_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    named = set(
        re.findall(r"(?:`|^    )make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_paths_exist(document: Path) -> None:
    """A path in the repository that a document names is there."""
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|docs|scripts|examples|bench)/[\w./-]+)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "index.md").read_text(encoding="utf-8")
    missing = [path.name for path in folder.glob("0*.md") if f"({path.name})" not in index]
    assert not missing


def test_page_of_the_readme_lists_what_matters() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
