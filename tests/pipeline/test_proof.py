"""The proof of the books: clean after a worked day, and each cent that somebody changed is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from hpedi.commands.jobs import REMITTANCE_GUIDE
from hpedi.commands.workspace import open_workspace
from hpedi.guide_files import GuideFiles
from hpedi.money import ZERO
from hpedi.payments.proof import Check, Totals
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.pipeline.proof import Proof, prove
from hpedi.safekeeping.vault import Vault
from hpedi.store.accumulator_tables import accumulator_balance
from hpedi.store.encoding import encode
from hpedi.store.funding_tables import due, employer_charge, member_payment, pool_movement, settlement
from hpedi.store.remittance_tables import payee_balance_entry, payment_file
from hpedi.store.tables import decision, eft_entry, outbox, paid_decision, payment, payment_event, posting
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, clearinghouse_claims, interchange
from tests.databases import Workspaces
from tests.pipeline.conftest import AS_OF, KEY, Demo

SENT = interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())])
EVERYTHING = LedgerScope()
CENT = Decimal("0.01")


def proof_of(demo: Demo, scope: LedgerScope = EVERYTHING) -> Proof:
    """Prove the books of a demo."""
    guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    assert guide is not None
    with demo.workspace.books.writing(demo.jobs.context) as work:
        return prove(work, guide, scope)


@pytest.fixture(scope="module")
def worked_home(standing_workspaces: Workspaces, loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a day of claims, decided, paid and delivered, to be copied."""
    folder = tmp_path_factory.mktemp("worked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        workspace = open_workspace(standing_workspaces.copy(loaded_home, folder / "home"))
        Demo(workspace, folder).run(SENT)
        workspace.database.close()
    return folder / "home"


@pytest.fixture
def worked(
    workspaces: Workspaces, worked_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Demo]:
    """A day of claims, decided, paid and delivered: 470.00 to Harbor, 70.00 (a check) to Quarry, 49.00 to Lantern."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    workspace = open_workspace(workspaces.copy(worked_home, tmp_path / "home"))
    yield Demo(workspace, tmp_path)
    workspace.database.close()


@pytest.mark.parametrize("scope", [EVERYTHING, LedgerScope(run=1), LedgerScope(until=AS_OF)])
def test_a_worked_day_is_clean(worked: Demo, scope: LedgerScope) -> None:
    """Decisions, 835s, EFTs and checks, and the ledger say 589.00, for the run, the day and all time."""
    proven = proof_of(worked, scope)
    assert proven.differences == ()
    assert (proven.payments, proven.remittances) == (4, 4)
    all_of_it = Decimal("589.00")
    assert list(proven.totals.values()) == [
        Totals(
            decisions=all_of_it,
            claims=all_of_it,
            adjustments=ZERO,
            remitted=all_of_it,
            eft=Decimal("519.00"),
            checks=Decimal("70.00"),
            ledger=all_of_it,
        )
    ]


def test_before_the_day_there_is_nothing_to_prove(worked: Demo) -> None:
    """As of the day before, no decision, payment or 835 stands."""
    proven = proof_of(worked, LedgerScope(until=date(2026, 3, 15)))
    assert (proven.count, proven.decisions, proven.payments, proven.remittances) == (0, 0, 0, 0)


@dataclass
class Books:
    """The tables of a worked day, in the hands of somebody who changes them."""

    connection: Connection
    vault: Vault

    def run(self, statement: Any) -> None:
        """Change rows."""
        assert self.connection.execute(statement).rowcount != 0

    def number(self, method: str, amount: str) -> tuple[int, str]:
        """Return id and number of the payment of an amount."""
        found = select(payment.c.id, payment.c.trace_number)
        row = self.connection.execute(
            found.where(payment.c.method == method, payment.c.amount == Decimal(amount))
        ).one()
        return row.id, row.trace_number

    def rewrite(self, kind: str, holding: bytes, old: bytes, new: bytes) -> None:
        """Change the bytes of a file in the outbox and seal them anew, as an insider could."""
        for row in self.connection.execute(select(outbox).where(outbox.c.kind == kind)).all():
            place = f"outbox/{row.folder}/{row.name}"
            content = self.vault.open(row.sealed, place)
            if holding in content:
                assert old in content
                sealed = self.vault.seal(content.replace(old, new), place)
                self.run(outbox.update().where(outbox.c.id == row.id).values(sealed=sealed))
                return
        raise AssertionError("no file holds it")


def a_cent_in_a_posting(books: Books) -> str:
    """The clearing side of the check has a cent more."""
    _id, number = books.number("CHK", "70.00")
    this = (posting.c.source == f"payment:{number}") & (posting.c.account == "checks_outstanding")
    books.run(posting.update().where(this).values(credit=Decimal("70.01")))
    return f"payment:{number}"


def a_cent_on_both_sides(books: Books) -> str:
    """Both sides of a payment have a cent more, so that they still balance."""
    _id, number = books.number("CHK", "70.00")
    this = posting.c.source == f"payment:{number}"
    books.run(posting.update().where(this, posting.c.debit > 0).values(debit=Decimal("70.01")))
    books.run(posting.update().where(this, posting.c.credit > 0).values(credit=Decimal("70.01")))
    return f"payment:{number}"


def a_missing_posting(books: Books) -> str:
    """One side of a decision is gone."""
    row = books.connection.execute(
        select(posting).where(posting.c.account == "claims_payable").order_by(posting.c.id).limit(1)
    ).one()
    books.run(posting.delete().where(posting.c.id == row.id))
    return str(row.source)


def a_missing_source(books: Books) -> str:
    """Both sides of a decision are gone: what is left balances."""
    row = books.connection.execute(
        select(posting).where(posting.c.account == "claims_expense").order_by(posting.c.id).limit(1)
    ).one()
    books.run(posting.delete().where(posting.c.source == row.source))
    return str(row.source)


def postings_of_nobody(books: Books) -> str:
    """Something is posted from a claim that was never decided."""
    for account, debit, credit in (("claims_expense", "5.00", "0.00"), ("claims_payable", "0.00", "5.00")):
        books.run(posting.insert().values(
            account=account, funding_account="payer", debit=Decimal(debit), credit=Decimal(credit),
            source="claim:26061999999999999/1", posted_on=AS_OF,
        ))  # fmt: skip
    return "claim:26061999999999999/1"


def a_payment_without_decisions(books: Books) -> str:
    """The rows that say what a payment pays are gone."""
    row_id, number = books.number("ACH", "470.00")
    books.run(paid_decision.delete().where(paid_decision.c.payment == row_id))
    return f"payment:{number}"


def a_decision_paid_by_another(books: Books) -> str:
    """The decision of the check is said to be paid by an EFT too."""
    check, _number = books.number("CHK", "70.00")
    other, number = books.number("ACH", "470.00")
    books.run(paid_decision.update().where(paid_decision.c.payment == check).values(payment=other))
    return f"payment:{number}"


def a_decision_row_of_another_amount(books: Books) -> str:
    """The row of a decision says a cent more than the decision that is sealed in it."""
    row = books.connection.execute(select(decision).where(decision.c.paid == Decimal("70.00"))).one()
    books.run(decision.update().where(decision.c.ordinal == row.ordinal).values(paid=Decimal("70.01")))
    return f"claim:{row.control_number}/{row.version}"


def a_payment_row_of_another_amount(books: Books) -> str:
    """The row of a payment says a cent less than the payment that is sealed in it."""
    row_id, number = books.number("ACH", "49.00")
    books.run(payment.update().where(payment.c.id == row_id).values(amount=Decimal("48.99")))
    return f"payment:{number}"


def an_835_changed(books: Books) -> str:
    """BPR02 and CLP04 of an 835 have a cent more."""
    _id, number = books.number("CHK", "70.00")
    books.rewrite("835", f"TRN*1*{number}*".encode(), b"BPR*I*70*", b"BPR*I*70.01*")
    return f"payment:{number}"


def an_835_gone(books: Books) -> str:
    """The 835 of a payment is not in the outbox."""
    row, number = books.number("CHK", "70.00")
    books.run(payment_file.delete().where(payment_file.c.payment == row))
    books.run(outbox.delete().where(outbox.c.name == f"{number}.835"))
    return f"payment:{number}"


def an_835_whose_bytes_were_altered(books: Books) -> str:
    """The sealed bytes of an 835 were altered, so that they open no more."""
    _id, number = books.number("CHK", "70.00")
    row = books.connection.execute(select(outbox).where(outbox.c.name == f"{number}.835")).one()
    altered = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    books.run(outbox.update().where(outbox.c.id == row.id).values(sealed=altered))
    return f"file:{number}.835"


def an_entry_of_another_amount(books: Books) -> str:
    """The entry kept of an EFT has a cent more."""
    row_id, number = books.number("ACH", "49.00")
    books.run(eft_entry.update().where(eft_entry.c.payment == row_id).values(amount=Decimal("49.01")))
    return f"payment:{number}"


def a_check_of_another_amount(books: Books) -> str:
    """The check register has a cent more."""
    _id, number = books.number("CHK", "70.00")
    books.rewrite("checks", number.encode(), b"70.00", b"70.01")
    return f"payment:{number}"


def a_bank_file_gone(books: Books) -> str:
    """The Nacha file is not in the outbox."""
    books.run(outbox.delete().where(outbox.c.kind == "ach"))
    return f"payment:{books.number('ACH', '470.00')[1]}"


def a_settlement_without_postings(books: Books) -> str:
    """A payment is said to be settled, and nothing was posted of it."""
    row_id, number = books.number("ACH", "49.00")
    at = books.connection.execute(select(payment_event.c.at).limit(1)).scalar_one()
    books.run(payment_event.insert().values(payment=row_id, state="settled", at=at, principal="x", reason=""))
    return f"payment:{number}/settled"


def a_payee_balance_of_nobody(books: Books) -> str:
    """A payee owes what no payment left with it."""
    _id, number = books.number("CHK", "70.00")
    books.run(payee_balance_entry.insert().values(
        provider="QUARRY", funding_account="payer", kind="FB", reference=number, amount=CENT,
        source=f"payment:{number}", posted_on=AS_OF,
    ))  # fmt: skip
    return f"payment:{number}"


def a_pool_movement_of_nobody(books: Books) -> str:
    """A pool has a cent that no posting put there."""
    books.run(pool_movement.insert().values(
        pool="p", provider="x", employer="", year=2026, what="withheld", amount=CENT,
        source="claim:26061000010000001/1", posted_on=AS_OF,
    ))  # fmt: skip
    return "claim:26061000010000001/1"


def an_employer_charge_of_nobody(books: Books) -> str:
    """An employer is charged a cent that is not in the ledger."""
    books.run(employer_charge.insert().values(
        employer="PINEWOOD", what="claim_funding", amount=CENT, parts="[]",
        source="claim:26061000010000001/1", posted_on=AS_OF,
    ))  # fmt: skip
    return "claim:26061000010000001/1"


def a_member_payment_of_nobody(books: Books) -> str:
    """A member is to get a cent that is not in the ledger."""
    books.run(member_payment.insert().values(
        member="M1", payee="M1", amount=CENT, source="claim:26061000010000001/1", posted_on=AS_OF
    ))  # fmt: skip
    return "claim:26061000010000001/1"


def a_due_of_nobody(books: Books) -> str:
    """A payee is due a cent of a settlement that posted nothing."""
    books.run(settlement.insert().values(
        id=7, kind="capitation", employer="", provider="HARBOR", reference="2026-03", principal="x", posted_on=AS_OF,
        facts="[]",
    ))  # fmt: skip
    books.run(due.insert().values(settlement=7, provider="HARBOR", code="CT", reference="2026-03", amount=CENT))
    return "settlement:7"


def a_due_said_to_be_paid(books: Books) -> str:
    """A due is said to be paid by a run whose payment does not tell of it."""
    _id, number = books.number("ACH", "470.00")
    a_due_of_nobody(books)
    books.run(due.update().values(payment_run=1))
    return f"payment:{number}"


def a_cent_in_a_kept_balance(books: Books) -> str:
    """An accumulator is said to be used by a cent more than its entries come to."""
    column = accumulator_balance.c
    row = books.connection.execute(select(accumulator_balance).order_by(*column).limit(1)).one()
    key = (column.owner == row.owner, column.plan == row.plan, column.accumulator == row.accumulator)
    books.run(accumulator_balance.update().where(*key, column.period == row.period).values(used=row.used + CENT))
    return f"accumulator:{row.plan}/{row.accumulator}/{row.owner}/{row.period}"


TAMPERINGS: tuple[tuple[Callable[[Books], str], Check], ...] = (
    (a_cent_in_a_posting, Check.BALANCE),
    (a_cent_on_both_sides, Check.PAYMENT_LEDGER),
    (a_missing_posting, Check.DECISION_LEDGER),
    (a_missing_source, Check.DECISION_LEDGER),
    (postings_of_nobody, Check.SOURCE),
    (a_payment_without_decisions, Check.PAYMENT_DECISIONS),
    (a_decision_paid_by_another, Check.PAYMENT_DECISIONS),
    (a_decision_row_of_another_amount, Check.DECISION),
    (a_payment_row_of_another_amount, Check.PAYMENT),
    (an_835_changed, Check.REMITTANCE),
    (an_835_gone, Check.REMITTANCE),
    (an_835_whose_bytes_were_altered, Check.REMITTANCE),
    (an_entry_of_another_amount, Check.EFT),
    (a_check_of_another_amount, Check.CHECK),
    (a_bank_file_gone, Check.EFT),
    (a_settlement_without_postings, Check.PAYMENT_LEDGER),
    (a_payee_balance_of_nobody, Check.PAYEE_BALANCES),
    (a_pool_movement_of_nobody, Check.POOLS),
    (an_employer_charge_of_nobody, Check.EMPLOYERS),
    (a_member_payment_of_nobody, Check.MEMBERS),
    (a_due_of_nobody, Check.DUES),
    (a_due_said_to_be_paid, Check.PAYMENT_DUES),
    (a_cent_in_a_kept_balance, Check.ACCUMULATORS),
)


@pytest.mark.parametrize(("tamper", "check"), TAMPERINGS, ids=lambda value: getattr(value, "__name__", ""))
def test_what_was_tampered_with_is_named(worked: Demo, tamper: Callable[[Books], str], check: Check) -> None:
    """Each change to the books, of a cent or a row, is named with the claim version or payment it concerns."""
    with worked.workspace.database.writing() as connection:
        subject = tamper(Books(connection, worked.workspace.vault))
    found = {(each.check, each.subject) for each in proof_of(worked).differences}
    assert (check, subject) in found


def test_the_sealed_payment_is_what_counts(worked: Demo) -> None:
    """A payment that an insider sealed anew with another sum of its claims no longer comes to its decisions."""
    with worked.workspace.books.reading(worked.jobs.context) as work:
        stored = next(each for each in work.payments.of_run(1) if each.payment.amount == Decimal("49.00"))
    changed = dataclasses.replace(stored.payment, amount=Decimal("49.01"), claims_paid=Decimal("49.01"))
    place = f"payment/{changed.trace_number}"
    with worked.workspace.database.writing() as connection:
        sealed = worked.workspace.vault.seal(encode(changed), place)
        connection.execute(
            payment.update().where(payment.c.id == stored.id).values(sealed=sealed, amount=Decimal("49.01"))
        )
    found = {each.check for each in proof_of(worked).differences}
    assert found >= {Check.PAYMENT_DECISIONS, Check.PAYMENT_LEDGER, Check.REMITTANCE, Check.EFT}


@pytest.mark.parametrize(
    ("scope", "payable"),
    [
        (LedgerScope(provider="HARBOR"), "0.00"),
        (LedgerScope(plans=("COPAY-500", "HSA-3200", "OPEN-1500")), "-589.00"),
        (LedgerScope(plans=()), None),
        (LedgerScope(funding_account="payer", account="claims_payable"), "0.00"),
        (LedgerScope(provider="NOBODY"), None),
    ],
)
def test_the_ledger_is_narrowed(worked: Demo, scope: LedgerScope, payable: str | None) -> None:
    """Of a provider claims and payments stand, of a plan its claims alone; of nobody nothing."""
    with worked.workspace.books.reading(worked.jobs.context) as work:
        found = {account: debits - credits_ for _funding, account, debits, credits_ in work.proof.balance(scope)}
        journal = list(work.proof.journal(scope))
    assert found.get("claims_payable") == (None if payable is None else Decimal(payable))
    assert bool(journal) == (payable is not None)
    if scope.provider == "HARBOR":
        assert found["ach_clearing"] == Decimal("-470.00")
    if scope.account:
        assert set(found) == {scope.account}
