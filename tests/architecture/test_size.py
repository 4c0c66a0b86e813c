"""Files stay under 300 lines and functions under 50; the list of exceptions may only shrink."""

from pathlib import Path

from tests.architecture.sources import ROOT, code_files, functions, short

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 50
EXCEPTIONS = Path(__file__).with_name("size_exceptions.txt")
# Migrations are history and written by Django; data is not code.
EXEMPT = ("src/classbell/storage/migrations/",)


def too_large() -> dict[str, int]:
    """Return what exceeds the house's sizes, with its lines."""
    found: dict[str, int] = {}
    for path in code_files(".py", ".html", ".jinja", ".css", ".js"):
        if short(path).startswith(EXEMPT) or ".min." in path.name:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MOST_LINES_OF_A_FILE:
            found[short(path)] = lines
        if path.suffix == ".py":
            found.update(
                (function.name, function.lines)
                for function in functions(path)
                if function.lines > MOST_LINES_OF_A_FUNCTION
            )
    return found


def exceptions() -> dict[str, int]:
    """Return the exceptions, each with the lines it is allowed."""
    lines = EXCEPTIONS.read_text(encoding="utf-8").splitlines()
    entries = (line.rsplit(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {name: int(size) for name, size in entries}


def test_files_and_functions_are_small() -> None:
    allowed = exceptions()
    grown = {name: size for name, size in too_large().items() if size > allowed.get(name, 0)}
    assert not grown, f"too large, split by what changes together: {grown}"


def test_exceptions_only_shrink() -> None:
    found = too_large()
    stale = {name: size for name, size in exceptions().items() if found.get(name, 0) < size}
    assert not stale, f"smaller than listed in {EXCEPTIONS.relative_to(ROOT)}, so update: {stale}"
