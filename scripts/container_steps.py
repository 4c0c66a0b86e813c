"""Carries out the steps of deploy/Containerfile in a folder, without a container engine.

Each stage gets a folder for its root. COPY copies there, RUN runs there with absolute paths of the
image led into it; ENV and WORKDIR are kept to. What only an engine can do (USER) is not done.
usage: scripts/container_steps.py [FOLDER]
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
# Folders of the image that its steps make; every other absolute path is the machine's own.
OWN = re.compile(r"(?<![\w./-])(?=/(?:classbell|tools|source|wheels|data)\b)")
NOT_DONE = frozenset({"ARG", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"})


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction, such as ``RUN`` and the rest of its line."""

    word: str
    rest: str


@dataclass
class Stage:
    """One stage that is being built.

    Attributes:
        root: the folder that stands for the image's root.
        place: the working directory inside the image.
        environment: what ENV has set.
    """

    root: Path
    place: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    environment: dict[str, str] = field(default_factory=dict)

    def path(self, inside: str) -> Path:
        """Return where a path of the image lies on this machine."""
        return self.root / str(self.place / inside).lstrip("/")


def steps(text: str) -> Iterator[Step]:
    """Yield the instructions of a Containerfile, without comments, continued lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        yield Step(word.upper(), rest.strip())


def build(folder: Path) -> Stage:
    """Carry out every step and return the last stage, which would be the image.

    Args:
        folder: an empty one; it keeps everything.

    Raises:
        CalledProcessError: a RUN did not end with 0.
        ValueError: an instruction is not known here.
    """
    stages: dict[str, Stage] = {}
    stage = Stage(folder)
    for step in steps(CONTAINERFILE.read_text(encoding="utf-8")):
        if step.word in NOT_DONE:
            continue
        print(f"{step.word} {step.rest}"[:120], flush=True)
        if step.word == "FROM":
            _, _, name = step.rest.partition(" AS ")
            stage = stages[name] = Stage(folder / (name or "image"))
            stage.root.mkdir(parents=True)
        else:
            _carry_out(step, stage, stages)
    return stage


def _carry_out(step: Step, stage: Stage, stages: dict[str, Stage]) -> None:
    """Do one instruction of a stage."""
    if step.word == "ENV":
        stage.environment |= dict(one.split("=", 1) for one in shlex.split(step.rest))
    elif step.word == "WORKDIR":
        stage.place /= step.rest
        stage.path(".").mkdir(parents=True, exist_ok=True)
    elif step.word == "COPY":
        _copy(step.rest, stage, stages)
    elif step.word == "RUN":
        _run(step.rest, stage)
    else:
        raise ValueError(f"{step.word} is no instruction that can be carried out by hand.")


def _copy(rest: str, stage: Stage, stages: dict[str, Stage]) -> None:
    """Copy files of the project, or of an earlier stage, into a stage."""
    words = shlex.split(rest)
    flags = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, target = [word for word in words if not word.startswith("--")]
    earlier = stages[flags["from"]] if "from" in flags else None
    for source in sources:
        origin = earlier.path(source) if earlier else ROOT / source
        place = stage.path(target)
        if origin.is_dir():
            leave = shutil.ignore_patterns("__pycache__", "*.egg-info") if earlier is None else None
            shutil.copytree(origin, place, symlinks=True, ignore=leave, dirs_exist_ok=True)
        else:
            shutil.copy(origin, place / origin.name if target.endswith("/") else place)


def _run(command: str, stage: Stage) -> None:
    """Run a command line, its paths led into the stage's folder."""
    own = {name: value for name, value in stage.environment.items() if name not in {"PATH", "HOME"}}
    # What the maker of the image would not have: our own settings and virtual environment.
    outside = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLASSBELL_", "DJANGO_", "PYTEST_", "VIRTUAL_ENV"))
    }
    # Here the cache saves minutes; in an image it would only take room.
    own.pop("PIP_NO_CACHE_DIR", None)
    led = OWN.sub(lambda _: str(stage.root), command)
    # The image's python is here the one under our virtual environment, whatever it is called.
    led = re.sub(r"^python(?= )", lambda _: str(Path(sys.executable).resolve()), led)
    subprocess.run(["sh", "-ec", led], cwd=stage.path("."), env=outside | own, check=True)


def entrypoint() -> list[str]:
    """Return the program that the image starts, without its command."""
    found = [one for one in steps(CONTAINERFILE.read_text("utf-8")) if one.word == "ENTRYPOINT"]
    words: list[str] = json.loads(found[-1].rest)
    return words


def main(words: list[str]) -> int:
    """Build in the folder that is named, or in one that is left again."""
    with tempfile.TemporaryDirectory() as left:
        image = build(Path(words[0]).resolve() if words else Path(left))
        program = image.path("/classbell") / "bin" / "python"
        subprocess.run([program, "-m", "classbell.cli.main", "--version"], cwd="/", check=True)
    print("Every step of deploy/Containerfile was carried out.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
