"""Claims of a few members, told apart by writer and round."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from benchmarks import claims_837p
from hpedi.claims.claim import Claim, ServiceLine
from hpedi.service_dates import DateSpan
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, interchange

MEMBERS: Final = 120
"""Few enough that both writers add to the accumulators of the same families all the time."""
CLAIMS_A_FILE: Final = 4
WRITERS: Final = 2
ROUNDS: Final = 1_000_000
"""Fewer than this a writer has."""


def accounts(writer: int, round_: int) -> list[str]:
    """Return CLM01 of the claims of a file."""
    return [f"W{writer}-{round_:05d}-{ordinal}" for ordinal in range(CLAIMS_A_FILE)]


def file_of(writer: int, round_: int) -> bytes:
    """Return the 837 that a writer sends in a round: no two claims are of one member and day."""
    claims = [
        _visit(account, (round_ * CLAIMS_A_FILE + ordinal) * WRITERS + writer)
        for ordinal, account in enumerate(accounts(writer, round_))
    ]
    sets = [claim_set("0001", claims)]
    return interchange(PRAIRIELINK, CLEARINGHOUSE, writer * ROUNDS + round_ + 1, sets)


def _visit(account: str, number: int) -> Claim:
    """Return a member's claim of the benchmark under another number, some days on."""
    first = claims_837p.claim(number % MEMBERS)
    lines = tuple(_later(line, number // MEMBERS) for line in first.lines)
    return replace(first, patient_control_number=account, lines=lines)


def _later(line: ServiceLine, days: int) -> ServiceLine:
    since = (line.dates.start - claims_837p.FIRST_SERVICE).days
    day = claims_837p.FIRST_SERVICE + timedelta(days=(since + days) % claims_837p.SERVICE_DAYS)
    return replace(line, dates=DateSpan(day, day))
