"""A statement of pools: what went in month by month, how it was settled, and who got what; a person can follow it.

It says what the books say (`funding_report`) and adds up nothing but movements of one month and kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from hpedi.adjudication.funding import PREFUNDED, WITHHELD, PoolKey
from hpedi.documents.document import Block, Column, Document, Facts, Heading, Paragraph, Table, dollars, money_column
from hpedi.money import ZERO, Usd
from hpedi.payments.pool_interest import interest_sum, pool_interest
from hpedi.payments.settlement import (
    BONUS_PAID,
    EARNED,
    PIP_REFUND,
    POOL_INTEREST,
    PREFUND_REFUND,
    RETAINED,
    RETURNED,
)
from hpedi.pipeline.funding_records import PostedMovement, PostedSettlement
from hpedi.pipeline.funding_report import SeenFunding, SeenPool
from hpedi.reference.reference import Reference
from hpedi.reference.settling import InterestRate

WORDS: Final = {
    WITHHELD: "withheld from claims",
    PREFUNDED: "pre-funded on claims",
    EARNED: "earned by the provider",
    BONUS_PAID: "bonus to the provider",
    RETURNED: "returned to the employer",
    RETAINED: "kept by the plan",
    PIP_REFUND: "what was not earned, with interest",
    PREFUND_REFUND: "what was left of the pre-fund, with interest",
    POOL_INTEREST: "interest of the pool",
    "unearned": "not earned",
}
_MONTHS: Final = (
    Column("Month", whole=True),
    Column("What"),
    Column("Entries", right=True),
    money_column("Amount"),
    money_column("In the pool"),
)
_SETTLED: Final = (Column("Worked out from"), Column("Value"))
_DUES: Final = (
    Column("PLB", whole=True),
    Column("Reference"),
    money_column("Amount"),
    Column("Paid by", whole=True),
)
_CHARGES: Final = (Column("What"), money_column("Amount"), Column("Of which"))


def funding_statement(report: SeenFunding, reference: Reference, day: date) -> Document:
    """Return the statement of the pools of a report, as of a day."""
    return Document(
        title="Statement of pools",
        issuer=reference.payer.name,
        day=day,
        blocks=tuple(block for pool in report.pools for block in _pool(pool, report, reference, day))
        or (Paragraph("No pool has had any movement."),),
    )


def _pool(pool: SeenPool, report: SeenFunding, reference: Reference, day: date) -> Iterator[Block]:
    key = pool.key
    provider, employer = reference.providers.get(key.provider), reference.employers.get(key.employer)
    yield Heading(f"Pool {key.pool} of {key.year}")
    yield Facts(
        (
            ("Provider", f"{key.provider}, {provider.name}" if provider else key.provider),
            (
                "Employer",
                f"{key.employer}, {employer.name}" if employer else key.employer or "none: the contract's own",
            ),
            ("As of", day.isoformat()),
            ("In the pool", dollars(pool.balance)),
        )
    )
    yield Table("What moved it", _MONTHS, tuple(_months(pool.movements)))
    sources = {each.source for each in pool.movements}
    settled = [each for each in report.settlements if each.source in sources]
    for each in settled:
        yield from _settlement(each, report)
    if not settled:
        yield from _accrued(pool, reference, day)
    yield Paragraph(_equation(pool))


def _months(movements: Sequence[PostedMovement]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each month and kind of movement, in the order of the books."""
    sums: dict[tuple[str, str], tuple[int, Usd]] = {}
    for each in movements:
        key = f"{each.posted_on:%Y-%m}", each.movement.what
        count, amount = sums.get(key, (0, ZERO))
        sums[key] = count + 1, amount + each.movement.amount
    standing = ZERO
    for (month, what), (count, amount) in sums.items():
        standing += amount
        yield month, WORDS.get(what, what), f"{count:,}", f"{amount:,}", f"{standing:,}"


def _settlement(settled: PostedSettlement, report: SeenFunding) -> Iterator[Block]:
    title = f"Settled on {settled.posted_on} by {settled.principal}, reference {settled.reference}"
    yield Table(title, _SETTLED, tuple((WORDS.get(name, name), value) for name, value in settled.facts))
    dues = [each for each in report.dues if each.settlement == settled.id]
    yield Table("To the provider", _DUES, tuple(
        (each.due.code, each.due.reference, f"{each.due.amount:,}", each.paid_by or "the next payment run")
        for each in dues
    ))  # fmt: skip
    charges = [each.charge for each in report.charges if each.source == settled.source]
    yield Table("To the employer", _CHARGES, tuple(
        (
            WORDS.get(each.what, each.what),
            f"{-each.amount:,}",
            "; ".join(f"{WORDS.get(name, name)} {-amount:,}" for name, amount in each.parts),
        )
        for each in charges
    ))  # fmt: skip


def _accrued(pool: SeenPool, reference: Reference, day: date) -> Iterator[Block]:
    """Yield what the pool earned until today, where it is not settled and earns anything."""
    moved = [(each.posted_on, each.movement.amount) for each in pool.movements]
    spans = pool_interest(moved, _rates(pool.key, reference), day)
    rows = tuple((f"{each.start} to {each.end}", each.told) for each in spans)
    yield Table(f"Interest so far, {dollars(interest_sum(spans))}: not booked before it is settled", _SETTLED, rows)


def _rates(key: PoolKey, reference: Reference) -> Iterable[InterestRate]:
    employer = reference.employers.get(key.employer)
    programs = employer.programs if employer is not None else ()
    return next((each.interest_rates for each in programs if (each.pool or each.type) == key.pool), ())


def _equation(pool: SeenPool) -> str:
    sums: dict[str, Usd] = {}
    for each in pool.movements:
        what = each.movement.what
        sums[what] = sums.get(what, ZERO) + each.movement.amount
    told = ", ".join(f"{WORDS.get(what, what)} {dollars(amount)}" for what, amount in sums.items())
    return f"Together: {told}; left in the pool {dollars(pool.balance)}."
