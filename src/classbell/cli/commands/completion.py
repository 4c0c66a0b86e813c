"""``classbell completion``: what a shell needs so that Tab completes commands."""

from __future__ import annotations

import argparse

from classbell.cli.commands.serve import Commands

SHELLS = ("bash", "zsh", "fish")
PROGRAMS = ["classbell"]


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("completion", help="let a shell complete commands with Tab")
    parser.add_argument("shell", choices=SHELLS, help="whose lines to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the lines that a shell's configuration reads."""
    # Late, for nothing else of the program needs it.
    from argcomplete.shell_integration import shellcode  # noqa: PLC0415 -- see above

    print(shellcode(PROGRAMS, shell=arguments.shell))
    return 0
