"""Questions over real sockets to services that hold to their limits, and to ones that misbehave in every way."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from requests.structures import CaseInsensitiveDict

from aligngraph.bibliography.works import Form
from aligngraph.linking.fetch import Fetcher, LeftError, Limits, Pace, RefusedError
from aligngraph.linking.records import Publication, Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import source
from tests.linking.test_sources import unknown, wanted
from tests.support.catalogues import service as faults
from tests.support.catalogues.running import Services
from tests.support.catalogues.service import Answer, Asked, Fault, Service, said, serving
from tests.support.catalogues.works import work, works

HASTY = Limits(seconds=5, back_off=0.01, longest_wait=3)


def asking(services: Services, name: str, limits: Limits = HASTY, key: str | None = None) -> tuple[Fetcher, Question]:
    """Return what asks a service, and a question about a work that it has."""
    asked = source(name, services[name].address)
    fast(asked)
    # OpenAlex and Crossref have it by DOI, Hugging Face by arXiv identifier.
    return Fetcher(asked, key=key, contact="me@x.example", limits=limits), asked.by_identifier(
        [wanted(work("du2022-glm"))]
    )[0]


def fast(asked: Source) -> Source:
    asked.rate = 1000.0
    return asked


NAMES = ("openalex", "crossref", "datacite", "dblp", "wikidata", "semanticscholar", "huggingface")


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_fetched_as_it_came(name: str, services: Services) -> None:
    fetcher, question = asking(services, name)
    kept = fetcher.fetch(question)
    assert kept.status == 200
    assert fetcher.source.read(question, kept.body, kept.media)
    [asked] = services[name].asked
    agent = asked.headers["user-agent"]
    assert agent.startswith("aligngraph/")
    assert "mailto:me@x.example" in agent
    assert "gzip" in asked.headers["accept-encoding"]


@pytest.mark.parametrize(
    "name", [name if name in ("openalex", "dblp") else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
@pytest.mark.parametrize(
    "fault",
    [
        faults.status(429, Retry_After="0"),
        faults.status(500),
        faults.status(502, b"<html><title>Bad Gateway</title></html>", "text/html"),
        faults.status(503, Retry_After="Thu, 01 Jan 1970 00:00:00 GMT"),
        faults.page(429),
        faults.cut,
        faults.dropped,
    ],
    ids=["429", "500", "502-page", "503-date", "429-page", "cut", "dropped"],
)
def test_what_passes_is_asked_again(name: str, fault: Fault, services: Services) -> None:
    fetcher, question = asking(services, name)
    services[name].faults = [fault, fault]
    assert fetcher.fetch(question).status == 200
    assert len(services[name].asked) == fetcher.sent == 3


def test_retry_after_is_waited_for(services: Services) -> None:
    fetcher, question = asking(services, "crossref")
    services["crossref"].faults = [faults.status(429, Retry_After="1")]
    fetcher.fetch(question)
    first, second = (one.at for one in services["crossref"].asked)
    assert second - first >= 1


def test_others_wait_too_while_one_does() -> None:
    pace = Pace(1000, 3, threading.Event())
    begun = time.monotonic()
    pace.pause(0.5)
    times = []

    def send() -> None:
        with pace:
            times.append(time.monotonic() - begun)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: send(), range(3)))
    assert min(times) >= 0.5


@pytest.mark.parametrize(
    "fault",
    [faults.status(429, Retry_After="86400"), faults.status(503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT")],
)
def test_a_source_that_wants_a_day_is_left(fault: Fault, services: Services) -> None:
    fetcher, question = asking(services, "openalex")
    services["openalex"].faults = [fault]
    with pytest.raises(LeftError, match=r"openalex is not to be asked for [0-9,]+ s\. Run this again later"):
        fetcher.fetch(question)
    with pytest.raises(LeftError):
        fetcher.fetch(question)
    assert len(services["openalex"].asked) == 1, "nothing more is sent"


@pytest.mark.parametrize("fault", [faults.status(503), faults.dropped, faults.cut, faults.page(500)])
def test_after_five_failures_in_a_row_a_source_is_left(fault: Fault, services: Services) -> None:
    fetcher, question = asking(services, "crossref")
    services["crossref"].always = fault
    with pytest.raises(LeftError, match=r"crossref failed 5 times in a row.*It was left; the others were asked\."):
        fetcher.fetch(question)
    assert len(services["crossref"].asked) == 5


def test_a_success_between_failures_starts_the_count_anew(services: Services) -> None:
    fetcher, question = asking(services, "crossref")
    busy = faults.status(503)
    services["crossref"].faults = [busy] * 4
    fetcher.fetch(question)
    services["crossref"].faults = [busy] * 4
    fetcher.fetch(question)
    assert fetcher.sent == 10


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.page(), "the answer is not JSON, but a web page"),
        (faults.empty, "the answer is not JSON, but empty"),
        (faults.status(200, b'{"message": 7}', "application/json"), "the answer has no 'message'"),
        (faults.status(400, b'{"message": "bad filter"}', "application/json"), "answered 400 .*bad filter"),
        (faults.status(414), "answered 414"),
        (faults.status(404, b"<html><title>No such page</title></html>", "text/html"), "answered 404 .No such page"),
        (faults.moved("http://192.0.2.1/works"), r"redirects to http://192\.0\.2\.1/works, another host: nothing was"),
        (faults.moved("https://127.0.0.1/works"), "another host"),
        (faults.moved("file:///etc/passwd"), "another host"),
        (faults.moved("//x.example:bad]"), "redirects to something that is not an address"),
        (faults.moved(""), "redirects without end"),
        (faults.in_latin, "the answer is not in UTF-8"),
    ],
    ids=["page", "empty", "shape", "400", "414", "404", "host", "port", "file", "no-address", "circle", "latin"],
)
def test_what_no_second_try_repairs_is_refused_once(fault: Fault, words: str, services: Services) -> None:
    asked = source("crossref", services["crossref"].address)
    [question] = asked.by_identifier([wanted(one) for one in works() if "ö" in str(one.authors)])
    fetcher = Fetcher(fast(asked), contact="me@x.example", limits=HASTY)
    services["crossref"].faults = [fault] if "without end" not in words else [fault] * 9
    with pytest.raises(RefusedError, match=f"^crossref.*{words}"):
        fetcher.fetch(question)
    assert fetcher.sent == 1
    services["crossref"].faults = []
    assert fetcher.fetch(question).status == 200, "and the next is asked"


def test_a_wrong_charset_in_the_header_is_no_matter(services: Services) -> None:
    asked = source("crossref", services["crossref"].address)
    [question] = asked.by_identifier([wanted(one) for one in works() if "ö" in str(one.authors)])
    services["crossref"].faults = [faults.said_to_be_latin]
    kept = Fetcher(fast(asked), limits=HASTY).fetch(question)
    names = [author.name.text for record in asked.read(question, kept.body, "") for author in record.authors]
    assert any("ö" in name for name in names)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", ["openalex", "dblp"])
def test_redirects_on_the_same_server_are_followed_with_what_was_asked(
    name: str, code: int, services: Services
) -> None:
    fetcher, question = asking(services, name)
    services[name].faults = [faults.moved(question.url.removeprefix(services[name].address), code)]
    assert fetcher.fetch(question).body
    assert [one.method for one in services[name].asked] == [question.method] * 2
    assert services[name].asked[1].body == (question.body or b"")


def test_a_merged_id_leads_to_the_work_it_was_merged_with(services: Services) -> None:
    fetcher, _ = asking(services, "openalex")
    one = Question("GET", f"{services['openalex'].address}/works/W9000000999", things=("https://x.example/1",))
    with pytest.raises(RefusedError, match="no 'results'"):
        fetcher.fetch(one)
    assert [asked.path for asked in services["openalex"].asked] == ["/works/W9000000999", "/works/W9000000001"]


def test_the_key_is_not_sent_to_another_host(services: Services) -> None:
    fetcher, question = asking(services, "semanticscholar", key="a-scholar-key")
    services["semanticscholar"].faults = [faults.moved(f"{services['crossref'].address}/works")]
    with pytest.raises(RefusedError, match="another host"):
        fetcher.fetch(question)
    assert services["crossref"].asked == []


@pytest.mark.parametrize("fault", [faults.huge(4), faults.bomb(4)], ids=["huge", "bomb"])
def test_an_answer_that_is_too_large_is_not_read(fault: Fault, services: Services) -> None:
    fetcher, question = asking(services, "openalex", Limits(most=1 << 20, back_off=0.01))
    services["openalex"].faults = [fault]
    with pytest.raises(RefusedError, match="sends more than 1 MB in one answer, which was not read"):
        fetcher.fetch(question)
    assert fetcher.fetch(question).status == 200


@pytest.mark.slow
def test_an_answer_that_trickles_is_ended_by_the_time_limit(services: Services) -> None:
    fetcher, question = asking(services, "openalex", Limits(seconds=0.5, back_off=0.01))
    services["openalex"].faults = [faults.slow(20)]
    begun = time.monotonic()
    assert fetcher.fetch(question).status == 200
    assert time.monotonic() - begun < 15
    assert fetcher.sent == 2
    services["openalex"].always = faults.slow(20)
    with pytest.raises(LeftError, match=r"did not answer in full within 0\.5 s"):
        fetcher.fetch(question)


def test_a_server_that_is_gone_is_said() -> None:
    with faults.serving(gone := _Silent()):
        address = gone.address
    asked = fast(source("crossref", address))
    [question] = asked.by_identifier([wanted(work("du2022-glm"))])
    with pytest.raises(LeftError, match="refuses the connection"):
        Fetcher(asked, limits=HASTY).fetch(question)


@pytest.mark.parametrize("code", [401, 402, 403, 409])
def test_who_is_not_let_in_learns_which_variable_holds_the_key(code: int, services: Services) -> None:
    services["openalex"].always = faults.status(code, b'{"error": "API key required"}', "application/json")
    fetcher, question = asking(services, "openalex")
    with pytest.raises(
        LeftError, match=r"openalex does not let us in .*API key required.*\$OPENALEX_API_KEY may hold a key"
    ):
        fetcher.fetch(question)
    fetcher, question = asking(services, "openalex", key="s3cret")
    services["openalex"].always = faults.status(code, b'{"error": "unknown key s3cret"}', "application/json")
    with pytest.raises(LeftError, match=r"Check the key in \$OPENALEX_API_KEY") as error:
        fetcher.fetch(question)
    assert "s3cret" not in str(error.value)
    assert services["openalex"].asked[-1].query["api_key"] == "s3cret"


def test_keys_are_in_no_message_when_the_connection_breaks(services: Services) -> None:
    services["openalex"].always = faults.dropped
    fetcher, question = asking(services, "openalex", key="s3cret")
    with pytest.raises(LeftError) as error:
        fetcher.fetch(question)
    assert "s3cret" not in str(error.value)
    assert "me@x.example" not in str(error.value)


def test_semantic_scholar_without_a_key_may_be_used_up(services: Services) -> None:
    services["semanticscholar"].shared = 0  # type: ignore[attr-defined]
    fetcher, question = asking(services, "semanticscholar")
    with pytest.raises(LeftError, match=r"failed 5 times in a row.*429"):
        fetcher.fetch(question)
    fetcher, question = asking(services, "semanticscholar", key="a-scholar-key")
    assert fetcher.fetch(question).status == 200


def test_what_is_unknown_is_an_empty_answer(services: Services) -> None:
    for name in ("huggingface", "semanticscholar", "crossref"):
        asked = fast(source(name, services[name].address))
        odd = Wanted("https://x.example/1", "works", "x", publications=(Publication("p", Form(doi="10.1234/a,b")),))
        question = {
            "huggingface": asked.by_identifier([unknown()])[0],
            "semanticscholar": asked.search(unknown()),
            "crossref": next(iter(asked.by_identifier([odd])), None),
        }[name]
        assert question is not None
        kept = Fetcher(asked, contact="me@x.example", limits=HASTY).fetch(question)
        assert (kept.status, kept.body) == (404, b"")


@pytest.mark.slow
@pytest.mark.parametrize("contact", [None, "me@x.example"])
def test_crossref_is_asked_one_at_a_time_and_within_its_rate(contact: str | None, services: Services) -> None:
    asked = source("crossref", services["crossref"].address)
    fetcher = Fetcher(asked, contact=contact)
    services["crossref"].seconds = 0.05
    [question] = asked.by_identifier([wanted(work("du2022-glm"))])
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(fetcher.fetch, [question] * 6))
    assert services["crossref"].refused == 0
    assert services["crossref"].most_at_once == 1


def test_no_more_are_under_way_than_the_source_allows(services: Services) -> None:
    asked = fast(source("openalex", services["openalex"].address))
    services["openalex"].seconds = 0.05
    fetcher = Fetcher(asked, contact="me@x.example", key="an-openalex-key")
    [question] = asked.by_identifier([wanted(work("du2022-glm"))])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fetcher.fetch, [question] * 8))
    assert services["openalex"].most_at_once == asked.concurrency == 2


class _Silent(Service):
    name = "silent"
    sent: tuple[tuple[str, str], ...] = ()

    def answer(self, asked: Asked) -> Answer:
        return said({"message": {"items": []}}, 200, *self.sent)


@pytest.mark.parametrize(
    ("headers", "rate", "at_once"),
    [
        ((("x-rate-limit-limit", "2"), ("x-rate-limit-interval", "1s")), 2, 3),
        ((("X-Rate-Limit-Limit", "30"), ("X-Rate-Limit-Interval", "60s")), 0.5, 3),
        ((("x-rate-limit-limit", "9000"), ("x-rate-limit-interval", "1s")), 1000, 3),
        ((("x-concurrency-limit", "1"),), 1000, 1),
        ((("x-concurrency-limit", "9"),), 1000, 3),
        ((("x-rate-limit-limit", "0"), ("x-rate-limit-interval", "1s")), 1000, 3),
        ((("x-rate-limit-limit", "-5"), ("x-rate-limit-interval", "soon")), 1000, 3),
        ((("x-rate-limit-limit", "1"), ("x-rate-limit-interval", "999999s")), 0.02, 3),
        ((("x-ratelimit-remaining", "many"), ("x-ratelimit-reset", "never")), 1000, 3),
    ],
)
def test_the_pace_is_learnt_from_answers(headers: tuple[tuple[str, str], ...], rate: float, at_once: int) -> None:
    pace = Pace(1000, 3, threading.Event())
    assert pace.learn(CaseInsensitiveDict(headers)) is None
    assert (pace.rate, pace.at_once) == (rate, at_once)


def test_a_learnt_rate_is_kept_to() -> None:
    silent = _Silent()
    silent.sent = (("x-rate-limit-limit", "4"), ("x-rate-limit-interval", "1s"))
    with serving(silent):
        asked = fast(source("crossref", silent.address))
        fetcher = Fetcher(asked, limits=HASTY)
        [question] = asked.by_identifier([wanted(work("du2022-glm"))])
        for _ in range(5):
            fetcher.fetch(question)
        times = [one.at for one in silent.asked]
    assert times[-1] - times[1] >= 0.7, "three pauses of a quarter of a second"


@pytest.mark.parametrize(
    "sent",
    [
        (("RateLimit", '"api";r=0;t=1'), ("RateLimit-Policy", '"fixed window";"api";q=500;w=300')),
        (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1")),
    ],
)
def test_an_allowance_that_is_used_up_is_waited_for(sent: tuple[tuple[str, str], ...]) -> None:
    silent = _Silent()
    silent.sent = sent
    with serving(silent):
        asked = fast(source("crossref", silent.address))
        fetcher = Fetcher(asked, limits=HASTY)
        [question] = asked.by_identifier([wanted(work("du2022-glm"))])
        fetcher.fetch(question)
        fetcher.fetch(question)
    assert silent.asked[1].at - silent.asked[0].at >= 1


def test_an_allowance_of_the_day_that_is_used_up_ends_it_after_what_came() -> None:
    silent = _Silent()
    silent.sent = (("X-RateLimit-Remaining", "0.0000"), ("X-RateLimit-Reset", "40000"))
    with serving(silent):
        asked = fast(source("crossref", silent.address))
        fetcher = Fetcher(asked, limits=HASTY)
        [question] = asked.by_identifier([wanted(work("du2022-glm"))])
        assert fetcher.fetch(question).status == 200
        with pytest.raises(LeftError, match=r"has no allowance left for 40,000 s"):
            fetcher.fetch(question)
    assert len(silent.asked) == 1


def test_wikidata_gets_the_name_of_the_client(services: Services) -> None:
    asked = fast(source("wikidata", services["wikidata"].address))
    [question] = asked.by_identifier([wanted(work("du2022-glm"))])
    with pytest.raises(LeftError, match=r"does not let us in .*user-agent"):
        Fetcher(asked, limits=HASTY).fetch(question)
    assert Fetcher(asked, contact="me@x.example", limits=HASTY).fetch(question).status == 200


def test_a_run_that_is_stopped_waits_no_longer(services: Services) -> None:
    stop = threading.Event()
    asked = source("crossref", services["crossref"].address)
    fetcher = Fetcher(asked, stop=stop, limits=Limits(longest_wait=1000))
    services["crossref"].faults = [faults.status(429, Retry_After="600")]
    [question] = asked.by_identifier([wanted(work("du2022-glm"))])
    threading.Timer(0.3, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(LeftError, match="stopped"):
        fetcher.fetch(question)
    assert time.monotonic() - begun < 60
