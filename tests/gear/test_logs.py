"""Log lines: what may stand in them and what never does."""

import io
import json
import logging

import pytest

from pos_app.gear import logs

ID = "01932c00-1234-7abc-8def-0123456789ab"


@pytest.fixture
def lines():
    """A logger of its own that writes like a server does."""
    out = io.StringIO()
    log = logging.Logger("kopilka.test", logging.INFO)
    log.addHandler(logs.to_stream(out, logging.INFO))

    def said() -> list[dict]:
        found = [json.loads(line) for line in out.getvalue().splitlines()]
        out.seek(0)
        out.truncate()
        return found

    return log, said


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("call +7 (912) 345-67-89 now", "call [hidden] now"),
        ("card 2990000000019", "card [hidden]"),
        ("pan 4111 1111 1111 1111.", "pan [hidden]."),
        ("mail anna@example.org", "mail [hidden]"),
        ("member Анна Петрова", "member [hidden] [hidden]"),
        ("business day 2026-11-22, ended", "business day 2026-11-22, ended"),
        ("phone 9120-11-22", "phone [hidden]"),
        (f"terminal {ID}, seq 17", f"terminal {ID}, seq 17"),
        ("listens on 127.0.0.1:8470", "listens on 127.0.0.1:8470"),
        ("hash 3f2a9b81c0d4e5f6", "hash 3f2a9b81c0d4e5f6"),
    ],
)
def test_what_could_be_personal_is_hidden_and_what_helps_stays(words, left) -> None:
    assert logs.scrub(words) == left


def test_a_line_is_json_with_known_fields_only(lines) -> None:
    log, said = lines
    log.info("request", extra={"route": "/v1/push", "ms": 3, "seq": 12345678, "who": "Anna"})
    (line,) = said()
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "INFO", "logger": "kopilka.test", "said": "request",
        "route": "/v1/push", "ms": 3, "seq": 12345678,
    }  # fmt: skip


def test_an_exception_tells_its_place_and_not_its_words(lines) -> None:
    log, said = lines
    try:
        raise ValueError("phone +79123456789 of Anna Smith")
    except ValueError:
        log.exception("a job failed")
    log.error("again", exc_info=ValueError("Anna"))
    first, second = said()
    assert first["fault"].startswith("ValueError at test_logs.py:")
    assert second["fault"] == "ValueError"
    assert "Anna" not in json.dumps([first, second])


def test_a_line_carries_the_trace_of_what_is_being_done(lines) -> None:
    log, said = lines
    token = logs.TRACE.set("feedc0de00000000")
    log.info("inside")
    logs.TRACE.reset(token)
    log.info("outside")
    log.info("named", extra={"trace": "0123456789abcdef"})
    assert [line.get("trace") for line in said()] == ["feedc0de00000000", None, "0123456789abcdef"]


@pytest.mark.parametrize(
    ("header", "used"),
    [
        ("0123456789abcdef", "0123456789abcdef"),
        (ID, ID),
        ("Anna", "12"),
        ("", "12"),
        ("A" * 20, "12"),
    ],
)
def test_a_trace_from_outside_is_hex_or_nothing(header, used) -> None:
    assert logs.trace_of(header, "12") == used


def test_the_last_lines_reach_over_into_the_file_before(tmp_path) -> None:
    path = tmp_path / "logs" / "server.jsonl"
    handler = logs.to_file(path)
    handler.maxBytes = 400
    log = logging.Logger("kopilka.file")
    log.addHandler(handler)
    for number in range(8):
        log.info("turn", extra={"seq": number})
    handler.close()
    assert path.with_name("server.jsonl.1").exists()
    seqs = [json.loads(line)["seq"] for line in logs.last_lines(path, 4)]
    assert seqs == [4, 5, 6, 7]
    assert logs.last_lines(tmp_path / "none", 4) == []


def test_a_process_logs_only_where_it_was_told(tmp_path) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    handler = logs.to_file(tmp_path / "x.jsonl")
    try:
        logs.configure(handler)
        assert root.handlers == [handler]
        logging.getLogger("sync.server.surface.app").info("hello")
        logging.getLogger("httpx").info("GET https://server/v1/x?phone=79123456789")
    finally:
        handler.close()
        root.handlers[:] = before
        root.setLevel(level)
    assert [json.loads(x)["said"] for x in (tmp_path / "x.jsonl").read_text().splitlines()] == [
        "hello"
    ]
