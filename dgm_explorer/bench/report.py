"""What a benchmark measured, as a table for people or as JSON for scripts."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

VERSIONS_OF = ("numpy", "scipy", "PySide6-Essentials", "pyqtgraph", "torch")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes
    ----------
    name : stable, because scripts look for it.
    value, unit : a ratio of two times of the same run wherever that is possible.
    goal : such as ">= 8"; empty where there is none.
    holds : whether the value reaches the goal; None without a goal.
    """

    name: str
    value: float
    unit: str
    goal: str = ""
    holds: bool | None = None

    @staticmethod
    def at_least(name: str, value: float, unit: str, least: float) -> "Figure":
        return Figure(name, value, unit, f">= {least:g}", value >= least)

    @staticmethod
    def at_most(name: str, value: float, unit: str, most: float) -> "Figure":
        return Figure(name, value, unit, f"<= {most:g}", value <= most)


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the figures were measured, without names of hosts or users."""

    system: str
    architecture: str
    cpus: int
    python: str
    versions: tuple[tuple[str, str], ...]

    @staticmethod
    def here() -> "Machine":
        return Machine(
            system=f"{platform.system()} {platform.release()}",
            architecture=platform.machine(),
            cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            python=platform.python_version(),
            versions=tuple((name, _version(name)) for name in VERSIONS_OF),
        )


def as_json(bench: str, figures: Sequence[Figure]) -> str:
    """One JSON object: bench, machine, figures."""
    machine = asdict(Machine.here())
    machine["versions"] = dict(machine["versions"])
    return json.dumps({"bench": bench, "machine": machine, "figures": [asdict(f) for f in figures]}, indent=1)


def as_table(bench: str, figures: Sequence[Figure]) -> str:
    """Lines for a terminal, columns aligned."""
    machine = Machine.here()
    rows = [("figure", "value", "unit", "goal", ""), *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)) for row in rows
    ]
    packages = ", ".join(f"{name} {number}" for name, number in machine.versions)
    where = (
        f"{machine.system} {machine.architecture}, {machine.cpus} CPUs, Python {machine.python}, {packages}"
    )
    return "\n".join([f"bench {bench}: {where}", *(line.rstrip() for line in lines)])


def _row(figure: Figure) -> tuple[str, str, str, str, str]:
    verdict = {True: "holds", False: "MISSED", None: ""}[figure.holds]
    return figure.name, f"{figure.value:.4g}", figure.unit, figure.goal, verdict


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
