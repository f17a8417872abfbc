"""The poster's balances held against the payer's books: by claim, by payee, in total, and what is open at the end.

What the poster knows it knows from the bytes of 835s and bank files; what the payer knows is read from its books.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from sqlalchemy import select

from hpedi.commands.jobs import REMITTANCE_GUIDE
from hpedi.commands.workspace import context_for
from hpedi.guide_files import GuideFiles
from hpedi.payments.ledger import CASH_SIDE, LedgerAccount, Posting
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.pipeline.ports import Work
from hpedi.pipeline.proof import prove
from hpedi.store.funding_tables import pool_movement
from hpedi.store.tables import posting
from tests.posting.payer import Payer
from tests.posting.receivables import BALANCE_FORWARD, OPEN_ITEMS, OVERPAYMENT, Receivables
from tests.posting.trial import Trial

DUES = ("CT", "E3", "BN", "72", "CS", "IP", "LS", "L3", "LE")
WITHHOLD_POOLS = ("withhold", "pip")
NOTHING = Decimal(0)
NOBODY = ""
"""The payee of payments that no 835 tells of: checks to members."""

Sums = Mapping[str, Decimal]


def differences(trial: Trial) -> list[str]:
    """Return every cent that poster and payer do not agree on, and what the payer's own proof finds."""
    rows, withheld = _postings(trial), _withheld(trial)
    with trial.workspace.books.writing(context_for(None)) as work:
        found = [
            *trial.cash.unmatched(trial.receivables.expected()),
            *_of_payees(trial.receivables, rows, sum((each.amount for each in trial.cash.members.values()), NOTHING)),
            *_of_claims(trial.receivables, rows, work),
            *_of_open_items(trial.receivables, trial.payer, work),
            *_of_withholds(trial.receivables, trial.payer, withheld),
        ]
        guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
        assert guide is not None
        proof = prove(work, guide, LedgerScope())
    return [*found, *(f"proof: {each.check}: {each.subject} {each.part}" for each in proof.differences)]


def _postings(trial: Trial) -> list[Posting]:
    with trial.workspace.database.reading() as connection:
        return [
            Posting(
                account=LedgerAccount(row.account),
                funding_account=row.funding_account,
                debit=row.debit,
                credit=row.credit,
                source=row.source,
            )
            for row in connection.execute(select(posting))
        ]


def _withheld(trial: Trial) -> Sums:
    """Return what claims brought into the withhold pools, by our id of the payee."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    column = pool_movement.c
    with trial.workspace.database.reading() as connection:
        query = select(column.provider, column.amount, column.source).where(column.pool.in_(WITHHOLD_POOLS))
        for provider, amount, source in connection.execute(query):
            sums[provider] += amount if source.startswith("claim:") else NOTHING
    return sums


def _booked(rows: list[Posting], prefix: str, key: Callable[[str], str]) -> Mapping[LedgerAccount, Sums]:
    """Return debits less credits by account and what a source belongs to."""
    sums: dict[LedgerAccount, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        kind, _, rest = row.source.partition(":")
        if kind == prefix:
            sums[row.account][key(rest.partition("/")[0])] += row.debit - row.credit
    return sums


def _of_payees(receivables: Receivables, rows: list[Posting], to_members: Decimal) -> Iterator[str]:
    booked = _booked(rows, "payment", receivables.payee_of)
    cash: dict[str, Decimal] = defaultdict(Decimal)
    for account in CASH_SIDE:
        for npi, amount in booked[account].items():
            cash[npi] -= amount
    books = receivables.books
    opened = {npi: sum((each.amount for each in one.opening), NOTHING) for npi, one in books.items()}
    owed = {
        npi: sum((amount for code in OPEN_ITEMS for amount in one.open_items(code).values()), opened[npi])
        for npi, one in books.items()
    }
    sides: dict[str, tuple[Sums, Sums]] = {
        "cash": ({NOBODY: to_members, **{npi: one.cash for npi, one in books.items()}}, cash),
        "paid to members": ({NOBODY: to_members}, booked[LedgerAccount.MEMBERS_PAYABLE]),
        "claims paid": ({npi: one.totals["paid"] for npi, one in books.items()}, booked[LedgerAccount.CLAIMS_PAYABLE]),
        "interest": ({npi: one.adjusted(["L6"]) for npi, one in books.items()}, booked[LedgerAccount.INTEREST]),
        "dues": ({npi: one.adjusted(DUES) for npi, one in books.items()}, booked[LedgerAccount.PAYEE_DUES]),
        "owed": (owed, booked[LedgerAccount.RECEIVABLE]),
        "other provider adjustments": (
            {npi: one.adjusted(_others(receivables)) for npi, one in books.items()},
            booked[LedgerAccount.PROVIDER_ADJUSTMENTS],
        ),
    }
    for what, (posted, ledger) in sides.items():
        yield from _unequal(what, posted, ledger)


def _others(receivables: Receivables) -> list[str]:
    known = {*DUES, *OPEN_ITEMS, "L6"}
    return sorted(
        {row.code for one in receivables.books.values() for _trace, row in one.adjustments if row.code not in known}
    )


def _of_claims(receivables: Receivables, rows: list[Posting], work: Work) -> Iterator[str]:
    booked = _booked(rows, "claim", lambda number: number)
    posted = {number: account.totals for one in receivables.books.values() for number, account in one.accounts.items()}
    payable = {number: -amount for number, amount in booked[LedgerAccount.CLAIMS_PAYABLE].items()}
    members = {number: -amount for number, amount in booked[LedgerAccount.MEMBERS_PAYABLE].items()}
    yield from _unequal("claim paid", {number: sums["paid"] for number, sums in posted.items()}, payable)
    yield from _unequal("paid to member", {number: sums["to_patient"] for number, sums in posted.items()}, members)
    for number, sums in posted.items():
        decided = [each.decision for each in work.decisions.find(number)]
        owes = sum((each.patient_responsibility for each in decided), NOTHING)
        charged = sum((each.charged for each in decided), NOTHING)
        told = sums["patient"] + sums["to_patient"]
        if (told, sums["charge"]) != (owes, charged):
            yield f"patient account {number}: posted {told} of {sums['charge']}, decided {owes} of {charged}"
        if sums["charge"] != sum(amount for kind, amount in sums.items() if kind != "charge"):
            yield f"patient account {number}: does not balance"


def _of_open_items(receivables: Receivables, payer: Payer, work: Work) -> Iterator[str]:
    for payee in payer.kind_of:
        books = receivables.books[payer.npi(payee)]
        posted = {
            f"{payee} {code} {reference}": amount
            for code in (BALANCE_FORWARD, OVERPAYMENT)
            for reference, amount in books.open_items(code).items()
        }
        kept = {f"{payee} {each.kind} {each.reference}": each.amount for each in work.payee_balances.owed(payee)}
        yield from _unequal("open", posted, kept)


def _of_withholds(receivables: Receivables, payer: Payer, withheld: Sums) -> Iterator[str]:
    posted = {payee: receivables.books[payer.npi(payee)].totals["withheld"] for payee in payer.kind_of}
    yield from _unequal("withheld", posted, withheld)


def _unequal(what: str, posted: Sums, kept: Sums) -> Iterator[str]:
    for key in sorted({*posted, *kept}):
        if posted.get(key, NOTHING) != kept.get(key, NOTHING):
            yield f"{what}: {key}: posted {posted.get(key, NOTHING)}, booked {kept.get(key, NOTHING)}"
