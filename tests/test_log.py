"""The log: an allow-list of keys, one line an event, for people or as JSON, and never PHI."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import structlog

from hpedi.log import ALLOWED_KEYS, LogFormat, configure, log

CANARIES = ("CANARYLASTNAME", "123-45-6789", "CANARYMEMBER01")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """A stream that takes the log of one test; the log is set back after it."""
    handlers = logging.getLogger().handlers[:]
    yield io.StringIO()
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.getLogger().handlers[:] = handlers


def test_a_human_line_has_time_level_event_and_keys(written: io.StringIO) -> None:
    """An event is one line: time, level, phrase, then its keys in the order given."""
    configure(LogFormat.HUMAN, verbose=True, stream=written)
    log.info("claims decided", claims=3, seconds=0.12345)
    time, rest = written.getvalue().split(" ", 1)
    assert len(time) == len("12:34:56")
    assert rest == "info    claims decided  claims=3  seconds=0.123\n"


def test_a_json_line_is_an_object(written: io.StringIO) -> None:
    """With JSON each line is one object; dates and amounts are strings."""
    configure(LogFormat.JSON, stream=written)
    log.warning("payment held", payment="P1", at="never", reason=date(2026, 3, 2), rows=Decimal("1.50"))
    line = json.loads(written.getvalue())
    at = line.pop("at")
    assert at.endswith("+00:00")
    assert line == {
        "event": "payment held",
        "level": "warning",
        "payment": "P1",
        "reason": "2026-03-02",
        "rows": "1.50",
    }


def test_people_are_told_only_what_went_wrong_unless_they_ask(written: io.StringIO) -> None:
    """Without --verbose an info event is not written for people."""
    configure(LogFormat.HUMAN, stream=written)
    log.info("claims decided", claims=3)
    assert not written.getvalue()


@pytest.mark.parametrize("log_format", LogFormat)
@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_gets_through(written: io.StringIO, log_format: LogFormat, canary: str) -> None:
    """Keys that are not listed, objects, exceptions, library messages and warnings never reach the log."""
    configure(log_format, verbose=True, stream=written)
    log.info("claim read", patient=canary, member_id=canary, claim={"name": canary}, line=[canary], file=canary)
    failure = ValueError(canary)
    log.error("reading failed", exception=failure, exc_info=failure)
    logging.getLogger("library.reader").error("bad element %s", canary, exc_info=failure)
    logging.getLogger("library").error("value %s not valid", canary)
    warnings.warn(f"odd value {canary}", stacklevel=1)
    told = written.getvalue()
    assert canary not in told
    assert told.count("\n") == len(told.splitlines()) >= 4
    assert "library.reader" in told


def test_no_listed_key_can_hold_a_persons_data() -> None:
    """The allow-list holds no key for names, birth dates, identifiers of members or amounts, nor a file's name."""
    forbidden = {"name", "patient", "member", "member_id", "birth_date", "ssn", "account", "file", "value", "message"}
    assert ALLOWED_KEYS.isdisjoint(forbidden)
