"""A query process outlives a fault of its own program, and makes pages ready beside its tasks."""

from __future__ import annotations

import io
import socket
import threading
import tracemalloc

import pytest

from aligngraph.web import site
from aligngraph.web.app import Front, Settings, _Finished
from aligngraph.web.frames import ASK, DATA, END, FAILED, HEAD, HEADER, READY, Channel, pack_json
from aligngraph.web.worker import run

SETTINGS = {"locations": [], "inferred": True, "base": "http://127.0.0.1/"}


def text_of(of: site.Site, task: dict[str, object]) -> bytes:
    output = io.BytesIO()
    of.answer({"kind": "page", "path": "", "parameters": [], **task}).write(output)
    return output.getvalue()


def test_a_fault_of_the_program_is_status_500_and_the_next_task_is_done(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("not the fault of who asks")

    monkeypatch.setattr(site.Site, "page", fails)
    front, back = socket.socketpair()
    with front:
        worker = threading.Thread(target=run, args=(Channel(back), {**SETTINGS, "prepare": False}), daemon=True)
        worker.start()

        def message() -> tuple[bytes, bytes]:
            kind, length = HEADER.unpack(front.recv(HEADER.size, socket.MSG_WAITALL))
            return kind, front.recv(length, socket.MSG_WAITALL) if length else b""

        assert message()[0] == READY
        front.sendall(pack_json(ASK, {"kind": "page", "page": "home", "path": "", "parameters": []}))
        kind, payload = message()
        assert kind == FAILED
        assert b'"status":500' in payload
        assert "ZeroDivisionError: not the fault of who asks" in capfd.readouterr().err
        front.sendall(pack_json(ASK, {"kind": "text", "operation": "find", "words": "2305.18290"}))
        assert [message()[0], message()[0], message()[0]] == [HEAD, DATA, END]
    worker.join(20)
    back.close()


def test_who_asks_while_pages_are_made_ready_is_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, done = threading.Event(), threading.Event()

    def fails() -> None:
        raise ZeroDivisionError

    def waits() -> None:
        assert answered.wait(60)
        done.set()

    monkeypatch.setattr(site.Site, "preparations", lambda _: iter([fails, waits]))
    monkeypatch.setattr(site.Site, "page", lambda *_: site.Answer.of("", "text/html"))
    front, back = socket.socketpair()
    with front:
        worker = threading.Thread(target=run, args=(Channel(back), {**SETTINGS, "prepare": True}), daemon=True)
        worker.start()
        assert front.recv(HEADER.size, socket.MSG_WAITALL)[:1] == READY
        front.sendall(pack_json(ASK, {"kind": "page", "page": "home", "path": "", "parameters": []}))
        for kind in (HEAD, END):
            found, length = HEADER.unpack(front.recv(HEADER.size, socket.MSG_WAITALL))
            assert found == kind
            if length:
                front.recv(length, socket.MSG_WAITALL)
        answered.set()
        assert done.wait(60)
        front.shutdown(socket.SHUT_WR)
        worker.join(20)
    back.close()


@pytest.mark.slow
def test_pages_made_ready_are_those_made_when_asked_for() -> None:
    ready, fresh = site.Site(SETTINGS), site.Site(SETTINGS)
    for step in (*ready.preparations(), *ready.ahead()):
        step()
    paths = ("work/srivastava2022-big-bench", "ontology/ontology", "graph/inferred", "mapping-set")
    tasks: list[dict[str, object]] = [{"page": "document", "path": path} for path in paths]
    tasks += [{"page": name} for name in ("home", "works", "taxonomy", "properties", "sparql", "search")]
    tasks += [{"page": "query", "path": "check-missing-labels"}, {"page": "search", "parameters": [["q", "dpo"]]}]
    for task in tasks:
        assert text_of(ready, task) == text_of(fresh, task), task
        # And once more, from what is kept.
        assert text_of(ready, task) == text_of(fresh, task), task


def test_short_answers_to_many_questions_do_not_fill_the_memory() -> None:
    front = Front(Settings(version="1"), lambda: None)
    tracemalloc.start()
    try:
        for number in range(40_000):
            front._keep(f'"{number}"', _Finished(200, {"Content-Type": "text/csv"}, b"true"))
        assert tracemalloc.get_traced_memory()[0] < 40 << 20
    finally:
        tracemalloc.stop()
