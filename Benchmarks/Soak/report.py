"""The table for people, and the same as JSON."""

import json
from collections import Counter
from pathlib import Path

from .account import Account, Gap
from .checks import Check, fired
from .options import Options
from .stage import Outcome
from .truth import Event, Ledger


def write(
    options: Options,
    checks: list[Check],
    outcome: Outcome,
    ledger: Ledger,
    account: Account,
    gaps: list[Gap],
    injected: list[Event],
    sums: dict[str, int],
    version: str,
) -> str:
    """Writes both, and returns the table."""
    wires = Counter(entry["wire"] for entry in ledger.connected)
    figures = {
        "minutes": round(outcome.seconds / 60, 1),
        "events": account.events,
        "connections": len(ledger.connected),
        **{f"connections over {wire}": count for wire, count in sorted(wires.items())},
        "requests refused": len(ledger.refused),
        "kill -9": sum(life.how == "SIGKILL" for life in outcome.lives),
        "changes of filters": outcome.changes,
        "duplicates": sums.get("skipped_duplicate", 0),
        "gaps": len(gaps),
        "gaps healed": sum(gap.healed is not None for gap in gaps),
        "events in gaps that were not healed": account.excused["in a gap"],
    }
    kinds = {kind: fired(kind, ledger, injected) for kind in options.kinds}
    lines = [f"# A soak of {options.minutes:g} minutes", ""]
    lines += [f"windsock {version}, wire {options.wire}, seed {options.seed}, {options.rate} events a second"]
    lines += ["", "| check | met | found |", "|---|---|---|"]
    lines += [f"| {check.name} | {'yes' if check.is_met else '**no**'} | {check.found} |" for check in checks]
    lines += ["", "| figure | |", "|---|---|"]
    lines += [f"| {name} | {value:,} |" for name, value in figures.items()]
    lines += ["", "| fault | times |", "|---|---|"]
    lines += [f"| {kind} | {count} |" for kind, count in kinds.items()]
    lines += ["", "| gap | from | seconds | cause | events missing | healed |", "|---|---|---|---|---|---|"]
    lines += [row(gap, account) for gap in gaps]
    text = "\n".join(lines) + "\n"
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "soak.md").write_text(text)
    document = {
        "seed": options.seed,
        "wire": options.wire,
        "version": version,
        "checks": [vars(check) for check in checks],
        "figures": figures,
        "faults": kinds,
        "endings": dict(ledger.endings),
        "gaps": [vars(gap) | {"missing": account.missing_in_gap[gap.id]} for gap in gaps],
        "processes": [vars(life) for life in outcome.lives],
    }
    (options.output / "soak.json").write_text(json.dumps(document, indent=1))
    return text


def row(gap: Gap, account: Account) -> str:
    """A gap in the table."""
    seconds = (gap.last - gap.first) / 1e6
    healed = "no" if gap.healed is None else "yes"
    return f"| {gap.id} | {gap.first} | {seconds:.6f} | {gap.cause} | {account.missing_in_gap[gap.id]:,} | {healed} |"
