"""Measuring: one child process at a time, its wall-clock time, processor time and peak memory; medians and growth."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

PACKAGES = ("aligngraph", "pyoxigraph", "oxigraph", "click", "rdflib", "owlrl", "pyshacl", "shacl")


class ChildError(Exception):
    """A measured process ended with an error. Carries what it said."""


@dataclass(frozen=True)
class Case:
    """One thing to measure: a command, and what it is called."""

    group: str
    name: str
    size: int
    argv: tuple[str, ...]
    base: bool = False
    """Whether the others of the group are compared with this one."""
    inner: bool = False
    """Whether the process times itself, leaving out its start, and reports in JSON on its standard output."""
    rounds: int = 0
    """How often to run it, where that is less than the rounds of the whole run."""
    goal: str = ""
    """What the ratio is to be, as text."""
    cwd: Path | None = None


@dataclass(frozen=True)
class Sample:
    """One run of a case."""

    seconds: float
    cpu: float
    peak: int
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """What the runs of a case come to. Times are None where it ran over the limit."""

    group: str
    name: str
    size: int
    base: bool
    goal: str
    rounds: int
    seconds: float | None
    fastest: float | None
    cpu: float | None
    peak: int | None
    ratio: float | None
    """Median over the rounds of this case's time over the base's in the same round."""
    cpu_ratio: float | None
    said: Mapping[str, Any]


def run_once(case: Case, env: Mapping[str, str], limit: float) -> Sample | None:
    """Run *case*; return what it took, or None where it ran over *limit* seconds. Raise ChildError where it failed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            case.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=dict(env), cwd=case.cwd
        )
        killer = threading.Timer(limit, process.kill)
        killer.start()
        # Only wait4 gives the peak memory of this one process.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        in_time = killer.is_alive()
        killer.cancel()
        if not in_time:
            return None
        if process.returncode != 0:
            err.seek(0)
            text = err.read().decode(errors="replace")[-2000:]
            raise ChildError(f"{' '.join(case.argv)} ended with {process.returncode}:\n{text}")
        cpu, said = usage.ru_utime + usage.ru_stime, {}
        if case.inner:
            out.seek(0)
            said = json.loads(out.read().splitlines()[-1])
            seconds, cpu = said.pop("seconds"), said.pop("cpu")
        return Sample(seconds, cpu, usage.ru_maxrss * 1024, said)


def measure(cases: Sequence[Case], env: Mapping[str, str], rounds: int, limit: float) -> list[Result]:
    """Return the results of *cases*, which are of one group and size, run in turn so that all meet the same noise.

    Raise ChildError where one fails.
    """
    samples: list[list[Sample]] = [[] for _ in cases]
    over: set[int] = set()
    for number in range(rounds):
        # Each round begins with another case, so that none always comes after the same one.
        for place in (*range(number % len(cases), len(cases)), *range(number % len(cases))):
            case = cases[place]
            if place in over or (case.rounds and number >= case.rounds):
                continue
            sample = run_once(case, env, limit)
            if sample is None:
                over.add(place)
                samples[place].clear()
            else:
                samples[place].append(sample)
    base = next((samples[place] for place, case in enumerate(cases) if case.base), [])
    return [_result(case, found, base) for case, found in zip(cases, samples, strict=True)]


def _result(case: Case, samples: Sequence[Sample], base: Sequence[Sample]) -> Result:
    pairs = list(zip(samples, base, strict=False))
    return Result(
        case.group,
        case.name,
        case.size,
        case.base,
        case.goal,
        len(samples),
        median(sample.seconds for sample in samples) if samples else None,
        min(sample.seconds for sample in samples) if samples else None,
        median(sample.cpu for sample in samples) if samples else None,
        round(median(sample.peak for sample in samples)) if samples else None,
        median(one.seconds / other.seconds for one, other in pairs) if pairs else None,
        median(one.cpu / max(other.cpu, 1e-9) for one, other in pairs) if pairs else None,
        samples[-1].said if samples else {},
    )


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the b of the line *a · size^b* that fits (size, time) *points* best, by least squares of the logarithms.

    None where there are fewer than two sizes.
    """
    if len({size for size, _ in points}) < 2:
        return None
    logs = [(math.log(size), math.log(value)) for size, value in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def describe_machine() -> dict[str, str]:
    """Return what was measured on: processor, cores, memory, system, Python, and the packages' versions."""
    described = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }
    for package in PACKAGES:
        try:
            described[package] = version(package)
        except PackageNotFoundError:
            described[package] = "not installed"
    return described


def load_average() -> float:
    """Return how many processes wanted a core over the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def as_json(results: Sequence[Result], machine: Mapping[str, str], triples: Mapping[int, int]) -> str:
    """Return the results with what they were measured on."""
    return json.dumps(
        {"machine": dict(machine), "triples": dict(triples), "results": [asdict(result) for result in results]},
        indent=1,
    )
