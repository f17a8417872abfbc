"""Proof of settlements: what is kept of each is what it posted, account by account; no pool gave what it had not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hpedi.adjudication.funding import PoolKey
from hpedi.money import ZERO, Usd
from hpedi.payments.ledger import Posting
from hpedi.payments.proof import Check, Difference, posting_differences
from hpedi.payments.settlement import Settlement
from hpedi.payments.settlement_ledger import program_postings


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedSettlement:
    """A settlement put together again from its rows, with what stands beside it.

    Attributes:
        settlement: Its kind, facts, movements, charges and dues.
        source: What its postings name.
        postings: Of it.
        left: What was in each pool that it took from once it had, US dollars.
    """

    settlement: Settlement
    source: str
    postings: tuple[Posting, ...]
    left: Mapping[PoolKey, Usd]


def settlement_differences(proved: ProvedSettlement) -> Iterator[Difference]:
    """Compare a settlement with its postings and with the pools that it took from."""
    try:
        expected = program_postings(proved.settlement, proved.source)
    except (KeyError, ValueError):  # the facts of a transfer
        yield Difference(check=Check.SETTLEMENT_LEDGER, subject=proved.source, part="its facts cannot be read")
        return
    yield from posting_differences(Check.SETTLEMENT_LEDGER, proved.source, expected, proved.postings)
    for key, left in sorted(proved.left.items()):
        if left < 0:
            part = f"pool {key.pool} {key.year} of {key.provider}, below 0.00"
            yield Difference(check=Check.SETTLEMENT_POOL, subject=proved.source, part=part, says=left, other=ZERO)
