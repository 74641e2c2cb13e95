"""Sources asked for what is wanted, all at the same time: by identifier in batches, then by title for the rest.

Nothing is sent for what was answered before (`linking.state`). A source that fails is left, and said; the others go on.
"""

from __future__ import annotations

import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aligngraph.errors import ArgumentError
from aligngraph.linking.fetch import Fetcher, LeftError, Limits, RefusedError
from aligngraph.linking.records import Record, Wanted
from aligngraph.linking.source import AnswerError, Question, Source
from aligngraph.linking.sources import SOURCES, source
from aligngraph.linking.state import Asked, State, key_of
from aligngraph.text.plurals import count_of

_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Settings:
    """Whom to ask and how. *at* has other addresses for sources; *budget* is in US dollars, for all together."""

    sources: tuple[str, ...]
    at: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    budget: float = 0.5
    offline: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass
class Planned:
    """What a source would be asked, and what it was asked in the end."""

    source: str
    host: str
    things: int
    """How many of what is wanted are of a kind that it knows."""
    answered: int = 0
    """How many of these were asked for before."""
    batches: int = 0
    """Requests for what has an identifier."""
    searches: int = 0
    """Requests for what is not found by identifier, at most."""
    cost: float = 0.0
    """US dollars, at most."""
    sent: int = 0
    """Requests that were sent, those sent again included."""
    found: int = 0
    """Things that have a record there."""

    def __str__(self) -> str:
        """Say it as a line of a dry run."""
        cost = f", at most ${self.cost:.4f}" if self.cost else ""
        before = f" ({self.answered} answered before)" if self.answered else ""
        return (
            f"{self.source}: {count_of(self.batches, 'request')} by identifier and up to "
            f"{count_of(self.searches, 'search', 'searches')} to {self.host}, "
            f"for {count_of(self.things, 'thing')}{before}{cost}"
        )


class Asker:
    """Asks several sources. Call it with what is wanted; `problems` and `done` say what came of it."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        *,
        environment: Mapping[str, str] = os.environ,
        progress: Progress | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        """Take keys from *environment*. Raise ArgumentError for an unknown source, or one without an address."""
        self.settings = settings
        self.problems: list[str] = []
        self.done: list[Planned] = []
        self.spent = 0.0
        self._state = state
        self._environment = environment
        self._progress = progress or (lambda *_: None)
        self._on_wait = on_wait
        self._stop = threading.Event()
        self._lock = threading.Lock()
        if settings.contact is not None and not _ADDRESS.fullmatch(settings.contact):
            raise ArgumentError(f"{settings.contact!r} is not an e-mail address: write one such as me@example.org.")
        for name in settings.at:
            if name not in SOURCES:
                raise ArgumentError(f"No source is called {name}. There are {', '.join(SOURCES)}.")
            if urlsplit(settings.at[name]).scheme not in ("http", "https"):
                raise ArgumentError(
                    f"{settings.at[name]!r} is not an address for {name}: write http://HOST or https://HOST."
                )
        self._sources = [source(name, settings.at.get(name)) for name in dict.fromkeys(settings.sources)]

    def plan(self, wanted: Sequence[Wanted]) -> list[Planned]:
        """Return what would be sent where, at most. Nothing is."""
        return [_Run(self, one, wanted).plan() for one in self._sources]

    def __call__(self, wanted: Sequence[Wanted]) -> dict[str, list[Record]]:
        """Return the records that may be of what is *wanted*, by its IRI.

        Raise ArgumentError where a source asks for a contact address and none is given.
        """
        if not self.settings.offline and not self.settings.contact:
            asking = [one.name for one in self._sources if one.needs_contact]
            if asking:
                raise ArgumentError(
                    f"{', '.join(asking)} ask for an address by which who asks can be reached: give one with --mailto."
                )
        runs = [_Run(self, one, wanted) for one in self._sources]
        found: dict[str, list[Record]] = defaultdict(list)
        with ThreadPoolExecutor(len(runs) or 1) as pool:
            try:
                for run, records in zip(runs, pool.map(_Run.run, runs), strict=True):
                    self.done.append(run.plan_of_run)
                    for iri, there in records.items():
                        found[iri] += there
            except BaseException:
                self._stop.set()
                raise
        return dict(found)

    def tell(self, problem: str) -> None:
        """Keep something that went wrong, once."""
        with self._lock:
            if problem not in self.problems:
                self.problems.append(problem)

    def pay(self, cost: float) -> None:
        """Count *cost*. Raise LeftError where the budget does not allow it."""
        with self._lock:
            if cost and self.spent + cost > self.settings.budget + 1e-9:
                raise LeftError(
                    f"The budget of ${self.settings.budget:g} is used up: no more that costs something was asked. "
                    "Allow more with --budget, or run this again tomorrow for what is free every day."
                )
            self.spent += cost

    def fetcher(self, asked: Source) -> Fetcher:
        """Return what sends questions to a source."""
        key = self._environment.get(asked.key_variable) if asked.key_variable else None
        return Fetcher(
            asked,
            key=key,
            contact=self.settings.contact,
            limits=self.settings.limits,
            stop=self._stop,
            on_wait=self._on_wait,
        )

    @property
    def state(self) -> State:
        """Return where answers are kept."""
        return self._state

    def step(self, name: str, done: int, of: int) -> None:
        """Show how far a source is."""
        self._progress(name, done, of)


class _Run:
    """One source in one run."""

    def __init__(self, asker: Asker, asked: Source, wanted: Sequence[Wanted]) -> None:
        self.asker = asker
        self.source = asked
        self.wanted = [one for one in wanted if one.kind in asked.kinds]
        alone = {one.iri: asked.by_identifier([one]) for one in self.wanted}
        self.keys = {iri: key_of(questions) for iri, questions in alone.items() if questions}
        self.answers: dict[str, list[str]] = {}
        """By IRI: the keys of the answers in which a thing was asked for by identifier."""
        self._read: dict[str, _Answer] = {}
        for one in self.wanted:
            if one.iri in self.keys and (known := self._asked_before(one)) is not None:
                self.answers[one.iri] = known
        self.questions = asked.by_identifier([one for one in self.wanted if self._is_new(one.iri)])
        host = urlsplit(asked.base).netloc
        self.plan_of_run = Planned(asked.name, host, len(self.wanted), len(self.answers), len(self.questions))
        self._fetcher = asker.fetcher(asked)

    def _is_new(self, iri: str) -> bool:
        return iri in self.keys and iri not in self.answers

    def _asked_before(self, one: Wanted) -> list[str] | None:
        """Return the answers in which *one* was asked for; None where there is something new to ask about it.

        An identifier that it has from an answer of this source is nothing new.
        """
        known = self.asker.state.asked(self.source.base, one.iri)
        if known is None or not all(self._answer(key) for key in known.answers):
            return None
        if known.key == self.keys[one.iri]:
            return known.answers
        told = {pair for record in self._records_with(known.pairs, known.answers) for pair in record.pairs()}
        return known.answers if one.pairs() <= known.pairs | told else None

    def plan(self) -> Planned:
        """Return what would be sent, at most: a search for all that is not known to be there."""
        searches = [self.source.search(one) for one in self.wanted if not self._candidates(one)]
        new = [one for one in searches if one is not None and self._kept_search(one) is None]
        self.plan_of_run.searches = len(new)
        self.plan_of_run.cost = sum(one.cost for one in [*self.questions, *new])
        return self.plan_of_run

    def run(self) -> dict[str, list[Record]]:
        """Ask, and return the records that may be of each thing."""
        questions = [] if self.asker.settings.offline else self.questions
        answered = self._send(questions)
        about: dict[str, list[Question]] = defaultdict(list)
        for question in questions:
            for iri in question.things:
                about[iri].append(question)
        for one in self.wanted:
            mine = about.get(one.iri, [])
            if self._is_new(one.iri) and mine and all(question in answered for question in mine):
                self.answers[one.iri] = [answered[question] for question in mine]
                asked = Asked(self.keys[one.iri], one.pairs(), self.answers[one.iri])
                found = bool(self._candidates(one))
                self.asker.state.remember(self.source.base, one.iri, asked, found=found)
        records = {one.iri: self._candidates(one) for one in self.wanted}
        self._search(records)
        self.plan_of_run.sent = self._fetcher.sent
        self.plan_of_run.found = sum(bool(there) for there in records.values())
        return {iri: there for iri, there in records.items() if there}

    def _search(self, records: dict[str, list[Record]]) -> None:
        """Search for what no identifier brought, and add to *records* what comes."""
        searches = {one.iri: self.source.search(one) for one in self.wanted if not records[one.iri]}
        asked = {iri: question for iri, question in searches.items() if question is not None}
        self.plan_of_run.searches = len(asked)
        new = [question for question in asked.values() if self._kept_search(question) is None]
        self._send([] if self.asker.settings.offline else new)
        for iri, question in asked.items():
            records[iri] += self._kept_search(question) or []

    def _kept_search(self, question: Question) -> list[Record] | None:
        """Return what a search found, where its answer still counts: it is old sooner where nothing was found."""
        key = key_of([question])
        found = self._records(key)
        return found if found or self.asker.state.answer(key, found=False) is not None else None

    def _send(self, questions: Sequence[Question]) -> dict[Question, str]:
        """Send *questions*, as many at a time as the source allows, and return the keys of the answers that came."""
        answered: dict[Question, str] = {}
        done = 0

        def one(question: Question) -> None:
            nonlocal done
            try:
                key = key_of([question])
                # A run that was killed knows answers, but not yet what they are about.
                if self.asker.state.answer(key, found=False) is None:
                    self.asker.pay(question.cost)
                    self.asker.state.keep(self.source.name, self._fetcher.fetch(question))
                    self._read.pop(key, None)
                answered[question] = key
            except (RefusedError, LeftError) as error:
                self.asker.tell(f"{error}{'' if isinstance(error, LeftError) else _what(question)}")
            done += 1
            self.asker.step(self.source.name, done, len(questions))

        with ThreadPoolExecutor(self.source.concurrency) as pool:
            list(pool.map(one, questions))
        return answered

    def _candidates(self, one: Wanted) -> list[Record]:
        """Return the records in the answers about *one* that have one of its identifiers."""
        return self._records_with(one.pairs(), self.answers.get(one.iri, ()))

    def _records_with(self, pairs: set[tuple[str, str]], answers: Iterable[str]) -> list[Record]:
        """Return the records in *answers* that have one of these identifiers."""
        found: dict[str | None, Record] = {}
        for key in answers:
            answer = self._answer(key)
            for record in (record for pair in pairs for record in answer.by_pair.get(pair, ())) if answer else ():
                found.setdefault(record.iri, record)
        return sorted(found.values(), key=lambda record: record.where)

    def _records(self, key: str) -> list[Record]:
        """Return the records in an answer; none where it is not kept."""
        answer = self._answer(key)
        return answer.records if answer else []

    def _answer(self, key: str) -> _Answer | None:
        """Return an answer, read once; None where it is not kept, or too old."""
        if key not in self._read:
            kept = self.asker.state.answer(key)
            if kept is None:
                return None
            try:
                there = self.source.read(kept.question, kept.body, kept.media) if kept.status == 200 else []
            except AnswerError as error:
                # Kept by a version that read it otherwise.
                self.asker.tell(f"{error}: an answer that was kept is left out")
                there = []
            self._read[key] = _Answer(there)
        return self._read[key]


class _Answer:
    """The records in an answer, and those with each identifier."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self.by_pair: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in records:
            for pair in record.pairs():
                self.by_pair[pair].append(record)


def _what(question: Question) -> str:
    many = f", about {len(question.things)} things" if len(question.things) > 1 else f", about <{question.things[0]}>"
    return f"; asked was a {question.what}{many}"


def sources_named(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of sources, of which "all" is all of them. Raise ArgumentError for one that is unknown."""
    found = [one for name in names for one in (SOURCES if name == "all" else (source(name).name,))]
    return tuple(dict.fromkeys(found))
