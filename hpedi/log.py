"""Logging: one line an event to stderr, and only keys of an allow-list, so that no PHI can reach a log.

An event is a fixed phrase with positions, codes, counts and identifiers of our own; a key that is not listed is
dropped, and so is a value that is not plain (an object would print what it holds). What libraries say through the
standard `logging` and `warnings` modules is reduced to who spoke and how loudly: their messages carry element values.
It knows no claim and opens no file.

    from hpedi.log import log
    log.info("claims decided", run=run_id, claims=len(decisions), seconds=elapsed)
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, MutableMapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TextIO, TypeAlias

import structlog

EventDict: TypeAlias = MutableMapping[str, Any]

_LONGEST_TEXT: Final = 120

# fmt: off
ALLOWED_KEYS: Final = frozenset((
    "at", "level", "event",
    "command", "exit_code", "run", "principal", "partner", "snapshot", "receipt", "digest", "bytes",
    "seconds", "attempt",
    "finding", "severity",
    "interchange", "group", "transaction_set", "segment", "segment_id", "byte_offset", "loop", "element", "component",
    "claim", "version", "line", "stage", "rule", "status", "verdict", "reason", "carc", "rarc",
    "payment", "trace_number", "method", "arrival", "schedule",
    "library", "exception", "place", "errno",
    "files", "interchanges", "sets", "segments", "claims", "lines", "findings", "errors", "payments", "rows",
    "families", "workers",
))
# fmt: on
"""What a log line may carry. `claim`, `payment`, `run`, `receipt`, `arrival` are our own numbers, never a sender's."""


class LogFormat(StrEnum):
    """How a log line is written."""

    HUMAN = "human"
    JSON = "json"


def configure(log_format: LogFormat = LogFormat.HUMAN, *, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Send log lines to a stream.

    Args:
        log_format: For people, or one JSON object a line.
        verbose: Tell what goes well too, not only what does not; JSON always does.
        stream: Where to; the standard error of the process at the time of writing if None.
    """
    told_from = logging.INFO if verbose or log_format is LogFormat.JSON else logging.WARNING
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _stamp,
            keep_allowed,
            _RENDERERS[log_format],
        ],
        wrapper_class=structlog.make_filtering_bound_logger(told_from),
        logger_factory=lambda *_: structlog.PrintLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_LibraryHandler(logging.WARNING)]
    logging.captureWarnings(capture=True)


def keep_allowed(_logger: object, _level: str, event: EventDict) -> EventDict:
    """Drop every key that is not listed and every value that is not plain."""
    return {key: _plain(value) for key, value in event.items() if key in ALLOWED_KEYS and _is_plain(value)}


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and value.isprintable()
    return value is None or isinstance(value, bool | int | float | Decimal | date)


def _plain(value: Any) -> str | int | float | None:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 3) if isinstance(value, float) else value


def _stamp(_logger: object, _level: str, event: EventDict) -> EventDict:
    event["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return event


def _human(_logger: object, _level: str, event: EventDict) -> str:
    at, level, phrase = event.pop("at"), event.pop("level"), event.pop("event", "")
    rest = "".join(f"  {key}={value}" for key, value in event.items())
    return f"{at[11:19]} {level:<7} {phrase}{rest}"


def _json(_logger: object, _level: str, event: EventDict) -> str:
    return json.dumps(event, separators=(",", ":"))


_RENDERERS: Final[dict[LogFormat, Callable[[object, str, EventDict], str]]] = {
    LogFormat.HUMAN: _human,
    LogFormat.JSON: _json,
}


class _LibraryHandler(logging.Handler):
    """Tells that a library spoke, not what it said."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the library's name and where in it the message came from."""
        log.warning("a library warned", library=record.name, place=f"{record.filename}:{record.lineno}")


log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
