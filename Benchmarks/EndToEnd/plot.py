"""The growth as an SVG that is readable on light and on dark ground."""

import math
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .growth import Point

Curve = list[tuple[int, float]]

WIDTH, HEIGHT = 760, 340
PANEL_WIDTH, PANEL_HEIGHT = 290, 220
PANEL_TOP = 60
PANEL_LEFTS = (60, 430)

STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #333 }
    .title { font-size: 14px; font-weight: 600 }
    .grid { stroke: #8888; stroke-width: 0.5 }
    .windsock { stroke: #0b66c3; fill: #0b66c3 }
    .floor { stroke: #b4530a; fill: #b4530a }
    polyline { fill: none !important; stroke-width: 2 }
    text.windsock, text.floor { stroke: none }
    @media (prefers-color-scheme: dark) {
        text { fill: #ddd }
        .windsock { stroke: #6cb6ff; fill: #6cb6ff }
        .floor { stroke: #f0a35e; fill: #f0a35e }
    }
"""


@dataclass(frozen=True)
class Axes:
    """Where values lie in a panel: the length of the log by its logarithm, the cost from 0 on."""

    left: int
    least_rows: int
    most_rows: int
    most_cost: float

    def x(self, rows: float) -> float:
        """The place of a length."""
        span = math.log10(self.most_rows / self.least_rows) or 1
        return self.left + PANEL_WIDTH * math.log10(rows / self.least_rows) / span

    def y(self, cost: float) -> float:
        """The place of a cost."""
        return PANEL_TOP + PANEL_HEIGHT * (1 - cost / self.most_cost)


def short(rows: int) -> str:
    """A length in few characters."""
    return f"{rows / 1e6:g} M" if rows >= 1_000_000 else f"{rows / 1e3:g} k"


def step(most: float) -> float:
    """A round distance for three to six grid lines."""
    power = math.pow(10, math.floor(math.log10(most)))
    return next(power * share for share in (0.2, 0.5, 1, 2) if most / (power * share) <= 6)


def text(x: float, y: float, words: str, anchor: str = "middle", kind: str = "") -> str:
    """A piece of text."""
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{words}</text>'


def grid(axes: Axes, title: str, lengths: list[int]) -> list[str]:
    """The panel without its curves."""
    right, bottom = axes.left + PANEL_WIDTH, PANEL_TOP + PANEL_HEIGHT
    parts = [text(axes.left, PANEL_TOP - 14, title, "start", "title")]
    distance = step(axes.most_cost)
    for number in range(int(axes.most_cost / distance) + 1):
        y = axes.y(number * distance)
        parts.append(f'<line class="grid" x1="{axes.left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(text(axes.left - 8, y + 4, f"{number * distance:g}", "end"))
    for rows in lengths:
        x = axes.x(rows)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{PANEL_TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(text(x, bottom + 18, short(rows)))
    parts.append(text(axes.left + PANEL_WIDTH / 2, bottom + 38, "rows in the log (logarithmic)"))
    return parts


def curve(axes: Axes, name: str, values: Curve, above: bool) -> list[str]:
    """A curve with its points, and its name at the beginning."""
    places = [(axes.x(rows), axes.y(cost)) for rows, cost in values]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
    x, y = places[0]
    label = text(x + 6, y + (-10 if above else 20), name, "start", name)
    return [f'<polyline class="{name}" points="{points}"/>', *dots, label]


def panel(left: int, title: str, ours: Curve, floors: Curve) -> list[str]:
    """One of the two."""
    lengths = [rows for rows, _ in ours]
    most = max(cost for _, cost in ours + floors) * 1.15
    axes = Axes(left, min(lengths), max(lengths), most)
    above = ours[0][1] >= floors[0][1]
    return [
        *grid(axes, title, lengths),
        *curve(axes, "windsock", ours, above),
        *curve(axes, "floor", floors, not above),
    ]


def curves(rows: list[int], pairs: list[tuple[list[float], list[float]]]) -> tuple[Curve, Curve]:
    """The medians of Windsock and of the floor, by the length of the log."""
    ours = [(length, median(pair[0])) for length, pair in zip(rows, pairs, strict=True)]
    floors = [(length, median(pair[1])) for length, pair in zip(rows, pairs, strict=True)]
    return ours, floors


def write(path: Path, points: list[Point], events: int) -> None:
    """Draws the time and the processor time an event, of Windsock and of the floor."""
    rows = [point.rows for point in points]
    times = curves(rows, [point.times() for point in points])
    cpu = curves(rows, [point.cpu() for point in points])
    title = f"What an event costs, by the length of the log: {events:,} events added to each"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        text(PANEL_LEFTS[0], 20, title, "start"),
        *panel(PANEL_LEFTS[0], "µs an event", *times),
        *panel(PANEL_LEFTS[1], "µs of CPU an event, all threads", *cpu),
        "</svg>",
    ]
    path.write_text("\n".join(parts) + "\n")
