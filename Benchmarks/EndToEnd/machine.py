"""Where a run took place."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def processor() -> str:
    """The model's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def describe(sqlite: str, version: str) -> dict[str, str]:
    """What a reader must know to compare figures."""
    return {
        "processor": processor(),
        "cores": f"{os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "sqlite": f"SQLite {sqlite}",
        "windsock": f"windsock {version}",
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
