"""Measure the tool against the alternatives.

    python benchmarks/run.py --sizes 1,10 --only cold,closure --json results.json --plot plot.svg

Every measurement is a process of its own. The cases of a group take turns, so that all meet the same noise; a case
counts by the median of its runs, and its ratio to the group's base is the median of the ratios within each turn.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from cases import GROUPS, Bench
from measure import Case, ChildError, Result, as_json, describe_machine, load_average, measure
from report import Report, goals_text, machine_text, plot, put_into, read_report, tables, warm_table

PLOTTED = ("cold", "load N-Quads", "closure", "shapes", "export turtle", "export nquads")
LOAD = "load while measuring"
COLD_ROUNDS = 3
"""How many times the rounds a cold start is given: it is short, so noise weighs more."""


def run(
    bench: Bench, sizes: list[int], groups: list[str], rounds: int, limit: float, keep: Path | None = None
) -> tuple[list[Result], dict[str, str]]:
    """Return the results, and the description of the machine. Raise ChildError where a process fails.

    What is measured by then is in the file *keep*.
    """
    results: list[Result] = []
    loads = [load_average()]
    for size in sizes:
        _say(f"preparing × {size}")
        bench.prepare(size)
    if "cold" in groups:
        _say("installing the wheel")
        bench.install()
    for name in groups:
        for size in sizes:
            by_group: dict[str, list[Case]] = {}
            for case in GROUPS[name](bench, size):
                if case.name in bench.skipped:
                    continue
                by_group.setdefault(case.group, []).append(case)
            for group, cases in by_group.items():
                _say(f"{group} × {size}: {', '.join(case.name for case in cases)}")
                found = measure(cases, bench.env, rounds * COLD_ROUNDS if name == "cold" else rounds, limit)
                check_agreement(found)
                results += found
                if keep is not None:
                    keep.write_text(as_json(results, describe_machine(), bench.triples), encoding="utf-8")
                loads.append(load_average())
    machine = describe_machine()
    machine[LOAD] = f"{min(loads):.1f} to {max(loads):.1f} (processes that wanted a core)"
    return results, machine


def check_agreement(results: list[Result]) -> None:
    """Raise ChildError where results of a group say that they came to different outcomes."""
    said = {result.said["digest"]: result.name for result in results if "digest" in result.said}
    if len(said) > 1:
        raise ChildError(f"{results[0].group} × {results[0].size}: {' and '.join(said.values())} do not agree")


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Measure the tool against the alternatives.")
    parser.add_argument("--sizes", default="1,10", help="How often to grow the shipped data, as in 1,10,100.")
    parser.add_argument("--only", default=",".join(GROUPS), help=f"Groups to measure, of {', '.join(GROUPS)}.")
    parser.add_argument("--rounds", type=int, default=5, help="Runs of each case, three times as many for cold starts.")
    parser.add_argument("--limit", type=float, default=600, help="Seconds after which a process is stopped.")
    parser.add_argument("--folder", type=Path, help="Prepare here and leave it there; a temporary folder without it.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the results.")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="Write a plot as SVG.")
    parser.add_argument("--docs", type=Path, nargs="+", default=[], metavar="FILE", help="Put the tables into these.")
    parser.add_argument("--from", dest="earlier", type=Path, nargs="+", metavar="FILE", help="Show earlier results.")
    options = parser.parse_args()
    if options.earlier:
        report = merge([read_report(path) for path in options.earlier])
    else:
        groups = options.only.split(",")
        unknown = [name for name in groups if name not in GROUPS]
        if unknown:
            parser.error(f"no group {unknown[0]!r}; there are {', '.join(GROUPS)}")
        sizes = sorted({int(size) for size in options.sizes.split(",")})
        with tempfile.TemporaryDirectory(prefix="aligngraph-benchmarks-") as temporary:
            folder = options.folder or Path(temporary)
            bench = Bench(folder, {**os.environ, "ALIGNGRAPH_CACHE": str(folder / "cache"), "NO_COLOR": "1"})
            results, machine = run(bench, sizes, groups, options.rounds, options.limit, options.json)
        report = Report(machine, bench.triples, tuple(results))
    print(tables(report))
    print(warm_table(report))
    print(goals_text(report))
    print(machine_text(report))
    if options.json:
        options.json.write_text(as_json(report.results, report.machine, report.triples), encoding="utf-8")
    if options.plot:
        options.plot.write_text(plot(report, PLOTTED), encoding="utf-8")
    for path in options.docs:
        path.write_text(put_into(path.read_text(encoding="utf-8"), report), encoding="utf-8")


def merge(reports: list[Report]) -> Report:
    """Return one report of several; what a later one measured again counts."""
    results: dict[tuple[str, str, int], Result] = {}
    for report in reports:
        for result in report.results:
            results[result.group, result.name, result.size] = result
    triples = {size: count for report in reports for size, count in report.triples.items()}
    ordered = sorted(results.values(), key=lambda result: _order(result, list(results)))
    machine = dict(reports[-1].machine)
    machine[LOAD] = "; ".join(dict.fromkeys(report.machine[LOAD] for report in reports if LOAD in report.machine))
    return Report(machine, triples, tuple(ordered))


def _order(result: Result, known: list[tuple[str, str, int]]) -> tuple[int, int]:
    groups = list(dict.fromkeys(group for group, _, _ in known))
    return groups.index(result.group), result.size


if __name__ == "__main__":
    main()
