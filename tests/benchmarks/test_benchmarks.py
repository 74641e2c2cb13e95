"""The grown catalogue is a catalogue, the measuring measures, and a query imports only what it needs."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder, find_sources, read_quads
from aligngraph.rdf.namespaces import AG, PREFIXES
from aligngraph.stores.open import open_catalogue
from aligngraph.validation.validate import validate

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import check
import grow
import measure
import report
import run as benchmarks_run

ROOT = Path(__file__).resolve().parents[2]
SKOS = PREFIXES["skos"]
RDF_TYPE = PREFIXES["rdf"] + "type"
TIMES = 5


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grown") / "grown.nq"
    grow.write_nquads(path, TIMES)
    return path


def quads_of(*data: Path) -> list[ox.Quad]:
    return list(read_quads(find_sources(data, ontology=False)))


def count_types(quads: list[ox.Quad]) -> Counter[str]:
    kinds = [quad.object for quad in quads if quad.predicate.value == RDF_TYPE]
    return Counter(kind.value.removeprefix(AG) for kind in kinds if isinstance(kind, ox.NamedNode))


@pytest.mark.slow
def test_the_grown_catalogue_keeps_every_shape(tmp_path: Path) -> None:
    grow.write_turtle_folder(tmp_path / "folder", 3)
    found = validate([tmp_path / "folder"])
    # Chance may let two people whose names are alike share a co-author.
    assert {finding.rule.iri.rpartition("#")[2] for finding in found.findings} <= {"LikelyDuplicate"}
    assert found.checked.triples > 2.5 * len(quads_of(data_folder()))


@pytest.mark.slow
def test_grown_once_it_is_the_shipped_data(tmp_path: Path) -> None:
    grow.write_nquads(tmp_path / "one.nq", 1)
    assert set(quads_of(tmp_path / "one.nq")) == set(quads_of(data_folder()))


@pytest.mark.slow
def test_with_a_file_for_each_work_it_is_the_same(tmp_path: Path) -> None:
    grow.write_turtle_folder(tmp_path / "folder", 3)
    grow.write_work_folder(tmp_path / "works", 3)
    assert {quad.triple for quad in quads_of(tmp_path / "works")} == {
        quad.triple for quad in quads_of(tmp_path / "folder")
    }
    works = count_types(quads_of(tmp_path / "works"))["Paper"]
    assert len(list((tmp_path / "works" / "works").iterdir())) >= works


@pytest.mark.slow
def test_works_listings_links_and_artifacts_grow_by_as_much_and_persons_by_less(grown: Path) -> None:
    before, after = count_types(quads_of(data_folder())), count_types(quads_of(grown))
    for kind in ("Paper", "Preprint", "Listing", "PaperLink", "Authorship", "Dataset", "Correction"):
        assert before[kind]
        assert after[kind] == TIMES * before[kind]
    assert before["Person"] < after["Person"] < TIMES * before["Person"]


@pytest.mark.slow
def test_the_taxonomy_gets_wider_and_deeper_but_slowly(grown: Path) -> None:
    before, after = count_types(quads_of(data_folder())), count_types(quads_of(grown))
    for kind in ("Goal", "Approach", "Method", "Section"):
        assert before[kind] < after[kind] < TIMES * before[kind]
    assert depth(quads_of(data_folder())) < depth(quads_of(grown))


def depth(quads: list[ox.Quad]) -> int:
    above = {str(quad.subject): str(quad.object) for quad in quads if quad.predicate.value == SKOS + "broader"}
    assert above

    def steps(concept: str) -> int:
        return 1 + steps(above[concept]) if concept in above else 0

    return max(map(steps, list(above)))


@pytest.mark.slow
def test_who_wrote_much_writes_more(grown: Path) -> None:
    written = Counter(str(quad.object) for quad in quads_of(grown) if quad.predicate.value == AG + "person")
    counts = sorted(written.values(), reverse=True)
    assert len(counts) > 1000
    # A tenth of the persons have far more than a tenth of the authorships, and most have a single one.
    assert sum(counts[: len(counts) // 10]) > 0.25 * sum(counts)
    assert counts.count(1) > len(counts) / 2


def test_nothing_is_left_of_the_template(grown: Path) -> None:
    text = grown.read_text(encoding="utf-8")
    assert "Qz" not in text
    assert "x0001" in text


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_under_any_hash_seed_and_another_seed_gives_others(tmp_path: Path) -> None:
    for number in (1, 2):
        subprocess.run(
            [sys.executable, ROOT / "benchmarks" / "grow.py", "3", "--nquads", tmp_path / f"{number}.nq"],
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            check=True,
        )
    first = (tmp_path / "1.nq").read_bytes()
    assert first == (tmp_path / "2.nq").read_bytes()
    grow.write_nquads(tmp_path / "3.nq", 3, seed=7)
    assert first != (tmp_path / "3.nq").read_bytes()


@pytest.mark.slow
def test_turtle_says_the_same_as_nquads_in_the_same_graphs(tmp_path: Path) -> None:
    grow.write_nquads(tmp_path / "grown.nq", 3)
    grow.write_turtle_folder(tmp_path / "folder", 3)
    assert set(quads_of(tmp_path / "folder")) == set(quads_of(tmp_path / "grown.nq"))


def imported(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:") and not line.endswith("imported package")
    }


def test_a_stored_query_imports_click_and_pyoxigraph_and_no_other_package() -> None:
    open_catalogue()  # from now on it is prepared
    modules = imported("-m", "aligngraph", "query", "works-by-goal", "--format", "csv")
    assert "aligngraph.queries.stored" in modules
    foreign = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names)
    # What '.pth' files of the environment bring in is there without any command too.
    assert foreign - {name.partition(".")[0] for name in imported("-c", "")} - {"org"} == {
        "aligngraph",
        "click",
        "pyoxigraph",
    }
    # Nor what other commands, formats and parameters need, or what makes records slowly.
    assert modules.isdisjoint(
        {
            "dataclasses",
            "difflib",
            "aligngraph.sparql.read_only",
            "aligngraph.queries.parameters",
            "aligngraph.queries.lookup",
        }
    )


@pytest.mark.parametrize("arguments", [("--help",), ("query",), ("show", "dpo"), ("tree",)])
def test_no_everyday_command_imports_a_slow_package(arguments: tuple[str, ...]) -> None:
    modules = imported("-m", "aligngraph", *arguments)
    assert "aligngraph.cli.main" in modules
    assert modules.isdisjoint({"rdflib", "requests", "owlrl", "pyshacl", "shacl", "asyncio", "http.client"})


def test_the_exponent_is_the_slope_between_logarithms() -> None:
    assert measure.exponent([(10, 1), (100, 10), (1000, 100)]) == pytest.approx(1)
    assert measure.exponent([(10, 3), (100, 300)]) == pytest.approx(2)
    assert measure.exponent([(10, 3), (10, 4)]) is None


def case(name: str, code: str, *, base: bool = False, inner: bool = False) -> measure.Case:
    return measure.Case("group", name, 1, (sys.executable, "-c", code), base=base, inner=inner)


@pytest.mark.slow
def test_a_case_is_measured_from_outside_against_the_base_and_with_its_own_memory() -> None:
    # A process starts with the peak of the one that started it; the benchmarks' own is small, this one may not be.
    block = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + (100 << 20)
    slow = case("slow", f"import time; block = bytearray({block}); time.sleep(0.5)")
    quick, result = measure.measure([case("quick", "", base=True), slow], os.environ, 3, 60)
    assert quick.ratio == 1
    assert result.rounds == 3
    assert result.seconds is not None
    assert result.seconds > 0.5
    assert result.ratio is not None
    assert result.ratio > 1
    assert result.peak is not None
    assert quick.peak is not None
    assert quick.peak < block < result.peak


def test_a_case_that_times_itself_counts_by_what_it_says() -> None:
    code = 'print(\'{"seconds": 7, "cpu": 3, "digest": "x"}\')'
    (result,) = measure.measure([case("inner", code, inner=True)], os.environ, 1, 60)
    assert (result.seconds, result.cpu, result.said) == (7, 3, {"digest": "x"})


def test_a_case_over_the_limit_has_no_time_and_a_failing_one_says_why() -> None:
    (result,) = measure.measure([case("stuck", "import time; time.sleep(60)")], os.environ, 2, 0.3)
    assert (result.seconds, result.ratio, result.rounds) == (None, None, 0)
    with pytest.raises(measure.ChildError, match="no such luck"):
        measure.measure([case("broken", "raise SystemExit('no such luck')")], os.environ, 1, 60)


def result_of(name: str, *, ratio: float, size: int = 1, cpu: float = 1, base: bool = False) -> measure.Result:
    group = "closure" if name == "aligngraph" else "cold"
    return measure.Result(group, name, size, base, "", 5, cpu, cpu, cpu, 1, ratio, ratio, {})


def test_outcomes_that_differ_stop_the_run() -> None:
    same = [measure.Result("g", name, 1, False, "", 1, 1, 1, 1, 1, 1, 1, {"digest": "a"}) for name in ("x", "y")]
    benchmarks_run.check_agreement(same)
    other = measure.Result("g", "z", 1, False, "", 1, 1, 1, 1, 1, 1, 1, {"digest": "b"})
    with pytest.raises(measure.ChildError, match="do not agree"):
        benchmarks_run.check_agreement([*same, other])


def test_the_check_finds_a_slower_start_and_a_steeper_growth_and_nothing_else() -> None:
    start = "aligngraph, as installed"
    triples = {1: 20_000, 10: 200_000}
    good = [result_of(start, ratio=1.4), *(result_of("aligngraph", ratio=1, size=n, cpu=n, base=True) for n in (1, 10))]
    assert check.broken(good, triples, good) == []
    assert len(check.broken([result_of(start, ratio=3.5)], triples, [])) == 1
    assert len(check.broken([result_of(start, ratio=2.9)], triples, good)) == 1
    steep = [result_of("aligngraph", ratio=1, size=n, cpu=n * n, base=True) for n in (1, 10)]
    assert len(check.broken(steep, triples, good)) == 1


def test_the_documentation_shows_the_published_results() -> None:
    published = report.read_report(ROOT / "benchmarks" / "results.json")
    assert {result.group for result in published.results} >= {"cold", "closure", "shapes", "fmt", "warm"}
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert report.whole_text(published) in text
    assert report.put_into(text, published) == text
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert report.short_text(published).count("\n") == len(report.SHORT) + 2
    assert report.short_text(published) in readme
    assert report.put_into(readme, published) == readme
    assert report.plot(published, benchmarks_run.PLOTTED) == (ROOT / "docs" / "benchmarks.svg").read_text("utf-8")


@pytest.mark.slow
def test_one_command_measures_and_prints_a_table(tmp_path: Path) -> None:
    script = str(ROOT / "benchmarks" / "run.py")
    command = [sys.executable, script, "--sizes", "1", "--only", "fmt", "--rounds", "1"]
    out = tmp_path / "out.json"
    done = subprocess.run([*command, "--json", str(out)], capture_output=True, text=True, encoding="utf-8", check=True)
    assert "| aligngraph |" in done.stdout
    assert {result.name for result in report.read_report(out).results} == {"aligngraph", "rdflib parse and serialise"}


_SERVING = """
import sys, time
sys.path.append(sys.argv[1])
import serve
port = serve.free_port()
with serve.running("files", [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], port):
    print(port, flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_benchmark_that_is_ended_leaves_no_server_behind(how: signal.Signals) -> None:
    command = [sys.executable, "-c", _SERVING, str(ROOT / "benchmarks")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as benchmark:
        assert benchmark.stdout is not None
        port = int(benchmark.stdout.readline())
        assert is_open(port)
        benchmark.send_signal(how)
    until = time.monotonic() + 30
    while is_open(port):
        assert time.monotonic() < until, "the server is still there"
        time.sleep(0.05)


def is_open(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
