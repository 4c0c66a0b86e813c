"""What a process and its children use, as the system counts it."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Return the fields of a process behind its name; none where it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    return text.rpartition(")")[2].split()


def members(pid: int) -> list[int]:
    """Return a process and all below it."""
    parents = {
        int(entry.name): int(fields[1])
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and (fields := _stat(int(entry.name)))
    }
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def processor_seconds(pid: int) -> float:
    """Return the processor seconds of a process and those below it that still run."""
    stats = [_stat(one) for one in members(pid)]
    return sum(int(each[11]) + int(each[12]) for each in stats if each) / TICKS


def memory(pid: int) -> float:
    """Return the megabytes of a process and those below it; what they share counts once."""
    kilobytes = 0
    for one in members(pid):
        # What they share is divided among them, so that forks are not counted twice.
        lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        kilobytes += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return kilobytes / 1024
