"""DESIGN's aims of speed beside what was measured: collected while the benchmarks run, told at the end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """``value`` and ``limit`` in one unit; ``most``: the value should not be above the limit, else not below it."""

    what: str
    value: float
    limit: float
    unit: str
    most: bool = True

    @property
    def met(self) -> bool:
        return self.value <= self.limit if self.most else self.value >= self.limit

    @property
    def row(self) -> str:
        sign = "≤" if self.most else "≥"
        return f"| {self.what} | {self.value:.3g} {self.unit} | {sign} {self.limit:.3g} {self.unit} | {self.value / self.limit:.2f} | {'yes' if self.met else 'no'} |"


AIMS: list[Aim] = []


def aim(what: str, value: float, limit: float, unit: str, most: bool = True) -> None:
    """Note one."""
    AIMS.append(Aim(what, value, limit, unit, most))
