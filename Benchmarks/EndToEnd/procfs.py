"""What Linux tells of a process (proc(5))."""

import os
from pathlib import Path


def cpu_seconds(process: int) -> float:
    """The processor time of all threads, user and system."""
    # The name in parentheses may hold anything, so counting begins after it.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_bytes(process: int) -> int:
    """The most memory that was resident."""
    return value(process, "status", "VmHWM:") * 1024


def written_bytes(process: int) -> int:
    """The bytes that the process caused to be written to a disk."""
    return value(process, "io", "write_bytes:")


def maps(process: int, suffix: str) -> bool:
    """Whether the process has mapped a file whose path ends so."""
    try:
        lines = Path(f"/proc/{process}/maps").read_text().splitlines()
    except OSError:
        return False
    return any(line.endswith(suffix) for line in lines)


def value(process: int, file: str, key: str) -> int:
    """The number behind a key."""
    for line in Path(f"/proc/{process}/{file}").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    raise KeyError(key)
