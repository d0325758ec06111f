"""What a part of the benchmark found, and whether it is what was asked for."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Limit:
    """A target for a figure, or for its ratio to the one beside it."""

    bound: float
    is_least: bool = False
    is_of_ratio: bool = False

    def is_met(self, row: "Row") -> bool:
        """Whether a row keeps to it."""
        value = row.ratio if self.is_of_ratio else row.value
        if value is None:
            return False
        return value >= self.bound if self.is_least else value <= self.bound

    def words(self, unit: str) -> str:
        """The target for people."""
        sign = "≥" if self.is_least else "≤"
        return f"ratio {sign} {self.bound:g}" if self.is_of_ratio else f"{sign} {self.bound:g} {unit}".strip()


@dataclass
class Row:
    """A figure, what it is compared with, and what it should be."""

    figure: str
    unit: str
    value: float | None
    beside: float | None = None
    ratio: float | None = None
    limits: tuple[Limit, ...] = ()
    note: str = ""
    more: tuple[float | str | None, ...] = ()

    def verdict(self) -> str:
        """`met`, `missed`, `skipped` where nothing was measured, or nothing where there is no target."""
        if not self.limits:
            return ""
        if self.value is None:
            return "skipped"
        return "met" if all(limit.is_met(self) for limit in self.limits) else "missed"


@dataclass
class Part:
    """A table; beside the figures it has one column to compare with, and as many more as it needs."""

    name: str
    title: str
    beside: str
    more: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Adds a figure."""
        self.rows.append(row)


def most(bound: float) -> Limit:
    """A figure that may not be greater."""
    return Limit(bound)


def most_ratio(bound: float) -> Limit:
    """A ratio that may not be greater."""
    return Limit(bound, is_of_ratio=True)


def least_ratio(bound: float) -> Limit:
    """A ratio that may not be less."""
    return Limit(bound, is_least=True, is_of_ratio=True)


def median_ratio(values: list[float], others: list[float]) -> float | None:
    """The median of the ratios of values that were taken in turn."""
    ratios = [value / other for value, other in zip(values, others, strict=True) if other]
    return median(ratios) if ratios else None


def quantile(values: list[float], share: float) -> float:
    """The value below which a share of all lies; the values are sorted."""
    return values[min(len(values) - 1, int(share * len(values)))]
