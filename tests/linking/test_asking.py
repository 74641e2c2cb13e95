"""Several sources asked together: what is sent, kept, resumed, paid and left out, over real sockets."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aligngraph.errors import ArgumentError, OutputError
from aligngraph.linking.asking import Asker, Settings, sources_named
from aligngraph.linking.fetch import Limits
from aligngraph.linking.records import Record, Wanted
from aligngraph.linking.source import Question
from aligngraph.linking.sources import SOURCES
from aligngraph.linking.state import Asked, Kept, State, key_of
from tests.linking.test_sources import OF_WORKS, unknown, wanted
from tests.support.catalogues import service as faults
from tests.support.catalogues.running import Services
from tests.support.catalogues.works import work, works

HASTY = Limits(seconds=5, back_off=0.01, longest_wait=3)
THINGS = [wanted(one) for one in works()]
QUICK = ("openalex", "crossref", "datacite")
"""Sources that need few requests."""


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    one = State(tmp_path / "answers.sqlite")
    yield one
    one.close()


def asker(services: Services, state: State, names: Sequence[str] = QUICK, **more: object) -> Asker:
    at = {name: one.address for name, one in services.items()}
    settings = Settings(tuple(names), at, "me@x.example", limits=HASTY, **more)  # type: ignore[arg-type]
    return Asker(settings, state, environment={"OPENALEX_API_KEY": "an-openalex-key"})


def places(records: dict[str, list[Record]]) -> dict[str, set[str]]:
    return {iri: {record.where for record in there} for iri, there in records.items()}


@pytest.mark.slow
def test_all_sources_are_asked_and_a_second_run_sends_nothing(services: Services, state: State) -> None:
    first = asker(services, state, OF_WORKS)
    found = first(THINGS)
    assert first.problems == []
    sources = {record.source for there in found.values() for record in there}
    assert sources == set(OF_WORKS)
    assert set(found) == {thing.iri for thing in THINGS}
    assert all(one.refused == 0 for one in services.values()), "limits are kept to"
    sent = services.requests()
    assert sent == sum(one.sent for one in first.done)
    second = asker(services, state, OF_WORKS)
    assert places(second(THINGS)) == places(found)
    assert services.requests() == sent
    assert [one.sent for one in second.done] == [0] * len(OF_WORKS)
    offline = asker(services, state, OF_WORKS, offline=True)
    assert places(offline(THINGS)) == places(found)
    assert services.requests() == sent


@pytest.mark.slow
def test_a_plan_says_what_would_be_sent_and_sends_nothing(services: Services, state: State) -> None:
    one = asker(services, state)
    plans = {plan.source: plan for plan in one.plan(THINGS)}
    assert services.requests() == 0
    assert (plans["openalex"].batches, plans["openalex"].searches) == (1, len(THINGS))
    assert plans["openalex"].cost == pytest.approx(0.0001 + 0.001 * len(THINGS))
    assert plans["crossref"].host == services["crossref"].address.removeprefix("http://")
    assert str(plans["crossref"]).startswith(
        f"crossref: 1 request by identifier and up to {len(THINGS)} searches to 127."
    )
    one(THINGS)
    assert all(done.sent <= plans[done.source].batches + plans[done.source].searches for done in one.done)
    later = {plan.source: plan for plan in asker(services, state).plan(THINGS)}
    assert [(plan.batches, plan.searches, plan.cost) for plan in later.values()] == [(0, 0, 0)] * len(QUICK)


def test_only_what_is_new_is_asked_about(services: Services, state: State) -> None:
    asker(services, state)(THINGS[:10])
    sent = services.requests()
    one = asker(services, state)
    found = one(THINGS[:11])
    assert THINGS[10].iri in found
    assert 0 < services.requests() - sent <= 2 * len(QUICK)
    urls = [asked.query.get("filter", "") + asked.query.get("ids", "") for asked in services["datacite"].asked[1:]]
    assert all(THINGS[0].values("arxiv")[0] not in url for url in urls)


def test_an_identifier_that_a_source_gave_is_not_asked_for_there_again(services: Services, state: State) -> None:
    thing = wanted(work("du2022-glm"))
    bare = replace(thing, publications=thing.publications[:1])
    found = asker(services, state, ["openalex", "datacite"])([bare])
    assert ("acl", "2022.acl-long.26") in {pair for record in found[bare.iri] for pair in record.pairs()}
    sent = {name: len(services[name].asked) for name in QUICK}
    asker(services, state, ["openalex", "datacite"])([thing])
    assert len(services["openalex"].asked) == sent["openalex"], "OpenAlex had the DOI in its answer"
    assert len(services["datacite"].asked) > sent["datacite"], "DataCite had not"


def test_what_no_identifier_finds_is_searched_for(services: Services, state: State) -> None:
    bare = Wanted("https://x.example/1", "works", work("parrish2021-bbq").title)
    found = asker(services, state)([bare, unknown()])
    assert {record.source for record in found[bare.iri]} >= {"openalex", "crossref"}
    assert unknown().iri not in found
    assert "search" in services["openalex"].asked[-1].query


@pytest.mark.slow
def test_a_source_that_fails_is_left_and_the_others_go_on(services: Services, state: State) -> None:
    services["crossref"].always = faults.status(503)
    one = asker(services, state)
    found = one(THINGS)
    assert {record.source for there in found.values() for record in there} == {"openalex", "datacite"}
    [problem] = one.problems
    assert problem.startswith("crossref failed 5 times in a row")
    assert len(services["crossref"].asked) == 5
    services["crossref"].always = None
    sent = {name: len(services[name].asked) for name in QUICK}
    again = asker(services, state)
    assert {record.source for there in again(THINGS).values() for record in there} == set(QUICK)
    assert again.problems == []
    assert len(services["openalex"].asked) == sent["openalex"], "what was answered is not asked again"


@pytest.mark.slow
def test_one_refused_question_takes_no_other_with_it(services: Services, state: State) -> None:
    services["openalex"].faults = [faults.page()]
    one = asker(services, state, ["openalex"])
    found = one(THINGS)
    assert found, "by search"
    assert one.problems[0].startswith("openalex the answer is not JSON, but a web page")
    assert "asked was a batch of DOIs, about" in one.problems[0]
    services["openalex"].asked.clear()
    asker(services, state, ["openalex"])(THINGS)
    assert "filter" in services["openalex"].asked[0].query, "the batch is asked again"


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    services["huggingface"].per_second = None
    things = THINGS[:6]

    class KilledError(BaseException):
        """The process ends."""

    def kill(*told: object) -> None:
        if told[1] == 2:
            raise KilledError

    at = {name: one.address for name, one in services.items()}
    settings = Settings(("huggingface",), at, "me@x.example", limits=HASTY)
    first = State(path)
    with pytest.raises(KilledError):
        Asker(settings, first, environment={}, progress=kill)(things)
    # Nothing is closed, as when a process is killed.
    sent = len(services["huggingface"].asked)
    second = State(path)
    found = Asker(settings, second, environment={})(things)
    assert len(found) == len([thing for thing in things if thing.values("arxiv")])
    assert len(services["huggingface"].asked) - sent < len(things)
    paths = [one.path for one in services["huggingface"].asked]
    assert len(set(paths)) == len(paths), "nothing is asked twice"
    second.close()
    first.close()


@pytest.mark.slow
def test_the_budget_is_kept_to(services: Services, state: State) -> None:
    one = asker(services, state, ["openalex", "crossref"], budget=0.0031)
    things = [Wanted(f"https://x.example/{place}", "works", f"Unheard of {place}") for place in range(8)]
    one(things)
    assert one.spent == pytest.approx(0.003)
    assert len(services["openalex"].asked) == 3
    assert len(services["crossref"].asked) == 8, "what is free goes on"
    assert [problem for problem in one.problems if "budget of $0.0031 is used up" in problem]


def test_without_a_key_what_openalex_gives_is_used_up_sooner(services: Services, state: State) -> None:
    at = {name: one.address for name, one in services.items()}
    services["openalex"].allowed = 0.002  # type: ignore[attr-defined]
    one = Asker(Settings(("openalex",), at, "me@x.example", limits=HASTY), state, environment={})
    one([Wanted(f"https://x.example/{place}", "works", f"Unheard of {place}") for place in range(8)])
    [problem] = one.problems
    assert "$OPENALEX_API_KEY may hold a key" in problem


def test_a_contact_address_is_wanted_by_those_who_ask_for_one(services: Services, state: State) -> None:
    at = {name: one.address for name, one in services.items()}
    one = Asker(Settings(("openalex", "dblp", "crossref"), at), state, environment={})
    with pytest.raises(ArgumentError, match=r"^openalex, crossref ask for an address .*--mailto"):
        one(THINGS)
    assert services.requests() == 0
    assert one.plan(THINGS)
    offline = Asker(Settings(("openalex",), at, offline=True), state, environment={})
    assert offline(THINGS) == {}


def test_keys_and_addresses_are_not_kept(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    kept = State(path)
    asker(services, kept)(THINGS[:3])
    kept.close()
    content = path.read_bytes()
    assert b"an-openalex-key" not in content
    assert b"me@x.example" not in content
    assert any("api_key" in one.query for one in services["openalex"].asked)


def test_unknown_sources_and_addresses_are_said() -> None:
    with pytest.raises(ArgumentError, match=r"No source is called scopus\. There are openalex"):
        sources_named(["scopus"])
    assert sources_named(["dblp", "all"])[0] == "dblp"
    assert set(sources_named(["all"])) == set(SOURCES)
    for at, words in (({"scopus": "http://x"}, "No source"), ({"dblp": "file:///x"}, "is not an address for dblp")):
        with pytest.raises(ArgumentError, match=words):
            Asker(Settings(("dblp",), at), State(None), environment={})


# What is kept


def _kept(body: bytes = b"{}") -> Kept:
    return Kept(Question("GET", "https://x.example/1"), 200, "application/json", body)


def test_answers_are_kept_as_they_came(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "answers.sqlite"
    state = State(path)
    key = state.keep("openalex", _kept(b"\x00\xff" * 1000))
    state.close()
    again = State(path).answer(key)
    assert again is not None
    assert (again.body, again.question.url, again.status) == (b"\x00\xff" * 1000, "https://x.example/1", 200)


def test_what_was_found_counts_longer_than_what_was_not(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    state = State(path)
    key = state.keep("openalex", _kept())
    asked = Asked("digest", {("doi", "10.1/x")}, [key])
    state.remember("https://x.example", "found", asked, found=True)
    state.remember("https://x.example", "nothing", asked, found=False)
    state.close()

    def age(days: float) -> State:
        with sqlite3.connect(path) as file:
            for table in ("answers", "things"):
                file.execute(f"UPDATE {table} SET at = at - ?", (days * 86400,))
        return State(path)

    young = age(29)
    assert young.asked("https://x.example", "nothing") == asked
    older = age(2)
    assert older.asked("https://x.example", "nothing") is None
    assert older.asked("https://x.example", "found") == asked
    assert older.answer(key) is not None
    assert older.answer(key, found=False) is None
    old = age(150)
    assert old.asked("https://x.example", "found") is None
    assert old.answer(key) is None
    assert State(path, for_ever=True).asked("https://x.example", "found") == asked


def test_what_was_not_found_is_asked_for_again_after_a_month(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    things = [unknown(), THINGS[0]]
    for days, expected in ((0, 2), (20, 2), (9, 2), (2, 4)):
        with contextlib.suppress(sqlite3.OperationalError), sqlite3.connect(path) as file:
            for table in ("answers", "things"):
                file.execute(f"UPDATE {table} SET at = at - ?", (days * 86400,))
        state = State(path)
        asker(services, state, ["datacite"])(things)
        state.close()
        assert len(services["datacite"].asked) == expected, (
            "a batch and a search, and both again for what was not found"
        )


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    path.write_bytes(b"this is no database, but long enough to be looked at" * 100)
    with pytest.raises(OutputError, match=r"answers\.sqlite, where answers are kept, can't be used .*: delete it"):
        State(path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="can't be used"):
        State(tmp_path / "file" / "answers.sqlite")


def test_an_answer_that_was_damaged_is_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    state = State(path)
    key = state.keep("openalex", _kept())
    with sqlite3.connect(path) as file:
        file.execute("UPDATE answers SET body = ?", (b"broken",))
    assert state.answer(key) is None


@pytest.mark.parametrize("at", [0.3, 0.5, 0.8])
def test_a_file_that_was_damaged_in_the_middle_is_said(tmp_path: Path, at: float) -> None:
    path = tmp_path / "answers.sqlite"
    state = State(path)
    keys = [
        state.keep("openalex", _kept()._replace(question=Question("GET", f"https://x.example/{n}"))) for n in range(300)
    ]
    state.close()
    content = bytearray(path.read_bytes())
    content[int(len(content) * at) : int(len(content) * (at + 0.1))] = b"\xff" * int(len(content) * 0.1)
    path.write_bytes(content)

    def use() -> None:
        damaged = State(path)
        for key in keys:
            damaged.answer(key)
            damaged.keep("openalex", _kept())

    with pytest.raises(OutputError, match=r"answers\.sqlite, where answers are kept, can't be used .*: delete it"):
        use()


def test_a_disk_that_is_full_is_said(tmp_path: Path) -> None:
    state = State(tmp_path / "answers.sqlite")
    state._file.execute("PRAGMA max_page_count = 10")  # it answers as it does on a full disk
    with pytest.raises(OutputError, match=r"answers\.sqlite, where .* \(database or disk is full\)"):
        keep_many(state, 1000)


def keep_many(state: State, number: int) -> list[str]:
    return [
        state.keep("openalex", Kept(Question("GET", f"https://x.example/{one}"), 200, "application/json", b"{}"))
        for one in range(number)
    ]


def test_the_key_of_a_question_is_made_of_all_that_is_sent() -> None:
    one = Question("POST", "https://x.example/1", b"a")
    keys = {
        key_of([question])
        for question in (
            one,
            one._replace(body=b"b"),
            one._replace(url="https://x.example/2"),
            one._replace(method="GET"),
        )
    }
    assert len(keys) == 4
    assert key_of([one]) == key_of([one._replace(things=("https://x.example/a",), cost=1.0)])
    assert key_of([one, one]) != key_of([one])
