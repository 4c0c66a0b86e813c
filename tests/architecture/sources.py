"""Which files the house's rules speak about."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CODE = ("src", "tests", "scripts", "bench", "examples")


def project_files() -> list[Path]:
    """Return every file of the project: what git knows, or would if it were added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return sorted(path for name in names if name and (path := ROOT / name).is_file())


def code_files(*suffixes: str) -> list[Path]:
    """Return the files with code that end in one of the suffixes, such as `.py`."""
    return [
        path
        for path in project_files()
        if path.suffix in suffixes and path.relative_to(ROOT).parts[0] in _CODE
    ]


def short(path: Path) -> str:
    """Return the path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True, slots=True)
class Function:
    """A function, where it stands and how many lines it has, without its decorators."""

    name: str
    lines: int


def functions(path: Path) -> Iterator[Function]:
    """Yield the functions and methods of a module, inner ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield Function(f"{short(path)}::{node.name}", node.end_lineno - node.lineno + 1)


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the dotted names a module imports, `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
