"""Money between funding accounts: each balances by itself and says what it owes the payer's until it is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from msgspec.structs import replace
from sqlalchemy import Table, insert, literal, select

from hpedi.commands.jobs import REMITTANCE_GUIDE
from hpedi.commands.workspace import open_workspace
from hpedi.guide_files import GuideFiles
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.proof import Check
from hpedi.payments.settlement import CannotSettle
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.pipeline.proof import prove
from hpedi.pipeline.settle import book
from hpedi.pipeline.settlement_asked import (
    PrefundAsked,
    ProgramAsked,
    RefundAsked,
    SettlementAsked,
    TransferAsked,
    WithholdAsked,
)
from hpedi.store import schema
from hpedi.store.funding_tables import due, employer_charge, pool_movement, settlement
from hpedi.store.tables import decision, paid_decision, payment, posting
from samples.sample_claims import Service
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY, Demo
from tests.pipeline.reprocessed import (
    FEE_WAS_WRONG,
    amounts,
    approved,
    load,
    payments_of,
    proposed,
)
from tests.pipeline.sending import Office, bill
from tests.pipeline.test_funding_accounts import EMPLOYER, LOW_DEDUCTIBLE, OWN, PINEWOOD, remittances, told
from tests.pipeline.test_proof import proof_of

pytestmark = pytest.mark.any_database

TUESDAY, WEDNESDAY = date(2026, 3, 17), date(2026, 3, 18)
CENT, SHARE = Decimal("0.01"), Decimal("3.70")
SETTLED = posting.c.source == "settlement:1"
LEG = posting.c.account == "due_to_accounts"
POOLS = posting.c.account == "pools"
Run: TypeAlias = Callable[[Any], object]
"""Executes a statement."""
PROGRAMS = """\
    programs:
      - {type: pip_withhold, percent: "0.05", group: CO, carc: "245", pool: pip}
      - {type: shared_savings, percent: "0.02", on_835: false, pool: prefund, provider_share: "0.5"}
"""
RATES = "    rates:\n      - {id: RIVERBEND-FEE"
WITH_PROGRAMS = (EMPLOYER, OWN + PROGRAMS)
WITHHOLD = (
    RATES,
    f'    withholds: [{{id: W104, percent: "0.10", group: CO, carc: "104", pool: withhold}}]\n{RATES}',
)
BEFORE_ACCOUNTS = "0028"
"""The schema before pools and dues said which account they are of."""
OF_LENA = bill("B", "M05")
"""A visit of Pinewood's Lena: 120.00, of which 90.00 after a deductible of 20.00 and 10 % are payable."""
YEAR_END = ProgramAsked(
    employer="PINEWOOD",
    provider="RIVERBEND",
    year=2026,
    earned=Decimal("0.60"),
    pool_interest=Decimal("0.10"),
    bonus=Decimal("1.00"),
    withhold_reference="PIP2026",
    bonus_reference="TCOC2026",
)


def posted(demo: Demo, account: str, source: str = "") -> dict[str, str]:
    """Return what the books of a funding account say, of a source or of all; accounts that are at nothing left out."""
    sums: dict[LedgerAccount, Decimal] = {}
    with demo.workspace.books.reading(demo.jobs.context) as work:
        for row in work.proof.journal(LedgerScope(funding_account=account)):
            made = row.posting
            if source in ("", made.source):
                sums[made.account] = sums.get(made.account, Decimal(0)) + made.debit - made.credit
    return {name.value: f"{amount}" for name, amount in sums.items() if amount}


def settled(office: Office, asked: SettlementAsked, day: date = TUESDAY) -> str:
    """Book a settlement, pay what is due of it, and return its source."""
    jobs = office.jobs(day)
    booked, _settlement = book(office.demo.workspace.books, jobs.context, jobs.reference, asked)
    jobs.pay(dues_only=True)
    jobs.deliver()
    assert proof_of(office.demo).differences == ()
    return booked.source


@contextmanager
def office_in(home: Path, folder: Path) -> Iterator[Office]:
    """Open a copied workspace for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        workspace = open_workspace(home)
        yield Office(Demo(workspace, folder), first=700)
        workspace.database.close()


@pytest.fixture(scope="module")
def paid_home(standing_workspaces: Workspaces, loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lena's visit, paid from Pinewood's own account: 5 % of 90.00 (4.50) withheld, 2 % (1.80) pre-funded."""
    folder = tmp_path_factory.mktemp("paid")
    with office_in(standing_workspaces.copy(loaded_home, folder / "home"), folder) as office:
        load(office.demo, WITH_PROGRAMS, LOW_DEDUCTIBLE)
        office.send(OF_LENA)
        assert told(office.pay()) == [(PINEWOOD, "ACH", "85.50")]
    return folder / "home"


@pytest.fixture(scope="module")
def settled_home(standing_workspaces: Workspaces, paid_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same books after the year's end: see `YEAR_END`."""
    folder = tmp_path_factory.mktemp("settled")
    with office_in(standing_workspaces.copy(paid_home, folder / "home"), folder) as office:
        assert settled(office, YEAR_END) == "settlement:1"
    return folder / "home"


@pytest.fixture
def paid_office(workspaces: Workspaces, paid_home: Path, tmp_path: Path) -> Iterator[Office]:
    """The books after that visit was paid."""
    with office_in(workspaces.copy(paid_home, tmp_path / "home"), tmp_path) as office:
        yield office


@pytest.fixture
def office(workspaces: Workspaces, settled_home: Path, tmp_path: Path) -> Iterator[Office]:
    """The books after the year's end was settled, and paid."""
    with office_in(workspaces.copy(settled_home, tmp_path / "home"), tmp_path) as office:
        yield office


def test_a_settlement_takes_pools_from_the_account_that_keeps_them(office: Office) -> None:
    """Of 4.50, 2.70 are earned, with 1.00 bonus: the payer pays 3.70 that Pinewood owes it; 1.80 + 0.10 stay there."""
    demo, source = office.demo, "settlement:1"
    assert posted(demo, PINEWOOD, source) == {
        "pools": "5.50",
        "employers_receivable": "-1.90",
        "interest": "0.10",
        "due_to_accounts": "-3.70",
    }
    assert posted(demo, "payer", source) == {"due_from_accounts": "3.70", "payee_dues": "-3.70"}
    assert remittances(demo)[-1] == ("410000942", "3.70")
    back = PrefundAsked(
        employer="PINEWOOD", provider="RIVERBEND", year=2026, pool_interest=Decimal("0.00"), reference="JUNE"
    )
    assert posted(demo, PINEWOOD, settled(office, back)) == {"pools": "0.80", "employers_receivable": "-0.80"}


def test_a_transfer_clears_what_is_due(office: Office) -> None:
    """Of 3.70 the bank moved 1.20, then the rest: cash left one account for the other; no more moves than is due."""
    demo = office.demo
    source = settled(office, TransferAsked(employer="PINEWOOD", amount=Decimal("1.20"), reference="WIRE1"))
    assert posted(demo, PINEWOOD, source) == {"due_to_accounts": "1.20", "cash": "-1.20"}
    assert posted(demo, "payer", source) == {"due_from_accounts": "-1.20", "cash": "1.20"}
    for more in ("2.51", "-0.01", "0.00"):
        with pytest.raises(CannotSettle, match="is to be moved"):
            settled(office, TransferAsked(employer="PINEWOOD", amount=Decimal(more), reference="WIRE2"))
    settled(office, TransferAsked(employer="PINEWOOD", amount=None, reference="WIRE2"))
    both = {**posted(demo, PINEWOOD), **posted(demo, "payer")}
    assert not {"due_to_accounts", "due_from_accounts"} & both.keys()


def test_an_employer_without_books_of_its_own_transfers_nothing(demo: Demo) -> None:
    """Nothing was posted to an account of Pinewood's."""
    with pytest.raises(CannotSettle, match="nothing was ever posted"):
        settled(Office(demo), TransferAsked(employer="PINEWOOD", amount=None, reference="WIRE1"))


def test_a_pool_of_two_accounts_gives_in_proportion(demo: Demo) -> None:
    """The contract withheld 9.00 of Rosa's visit and 9.00 of Lena's; half is earned: 4.50 of each, the rest stays.

    Which account keeps what outlives a step of the schema back and forth.
    """
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE, WITHHOLD)
    office = Office(demo)
    office.send(bill("A", "M01"), OF_LENA)
    office.pay()
    source = settled(office, WithholdAsked(provider="RIVERBEND", year=2026, earned=Decimal("0.5"), reference="WH2026"))
    kept = {"pools": "9.00", "claims_expense": "-4.50"}
    assert posted(demo, PINEWOOD, source) == {**kept, "due_to_accounts": "-4.50"}
    assert posted(demo, "payer", source) == {**kept, "due_from_accounts": "4.50", "payee_dues": "-9.00"}
    schema.downgrade(demo.workspace.database, BEFORE_ACCOUNTS)
    schema.upgrade(demo.workspace.database)
    assert proof_of(demo).differences == ()


def test_a_refund_goes_back_to_the_account_that_overpaid(paid_office: Office) -> None:
    """72.00 less 5 % were due: 17.10 overpaid (told first), and sent back: Pinewood's cash, its 835 with PLB 72, WO."""
    office, demo = paid_office, paid_office.demo
    claim = demo.decisions()["B"].payer_claim_control_number
    load(demo, WITH_PROGRAMS, LOW_DEDUCTIBLE, FEE_WAS_WRONG)
    jobs = office.jobs(TUESDAY)
    approved(jobs, proposed(jobs, claim, reason="payer_pricing_error"))
    assert amounts(demo, office.pay(TUESDAY)) == [("0.00", [("WO", claim, "-17.10")])]
    sent = RefundAsked(provider="RIVERBEND", claim=claim, amount=Decimal("17.10"), reference="CHECK4711")
    source = settled(office, sent, WEDNESDAY)
    assert posted(demo, PINEWOOD, source) == {"cash": "17.10", "payee_dues": "-17.10"}
    assert posted(demo, "payer") == {}
    with demo.workspace.books.reading(jobs.context) as work:
        assert [each.paid_by for each in work.settlements.dues()] != [""]


INSURED = ("        funding: {type: self_insured, employer: PINEWOOD}\n", "        funding: {type: fully_insured}\n")


def test_who_bears_a_claim_may_change_in_one_835(paid_office: Office) -> None:
    """Paid by Pinewood (85.50), the claim is insured (90.00): one 835 of 4.50; the payer owes Pinewood its 85.50."""
    office, demo = paid_office, paid_office.demo
    claim = demo.decisions()["B"].payer_claim_control_number
    load(demo, WITH_PROGRAMS, LOW_DEDUCTIBLE, INSURED)
    jobs = office.jobs(TUESDAY)
    approved(jobs, proposed(jobs, claim))
    paid = office.pay(TUESDAY)
    (made,) = payments_of(demo, paid)
    assert told(paid) == [("payer", "ACH", "4.50")]
    assert (made.borne_elsewhere, len(made.claims)) == (((PINEWOOD, Decimal("-85.50")),), 2)
    of_payment = f"payment:{made.trace_number}"
    assert posted(demo, PINEWOOD, of_payment) == {"claims_payable": "-85.50", "due_from_accounts": "85.50"}
    assert posted(demo, "payer", of_payment) == {
        "claims_payable": "90.00",
        "due_to_accounts": "-85.50",
        "ach_clearing": "-4.50",
    }
    assert proof_of(demo).differences == ()
    source = settled(office, TransferAsked(employer="PINEWOOD", amount=None, reference="WIRE1"), WEDNESDAY)
    assert posted(demo, PINEWOOD, source) == {"cash": "85.50", "due_from_accounts": "-85.50"}
    assert posted(demo, PINEWOOD).get("claims_payable") is None


def test_a_member_is_not_paid_again_by_who_bears_the_claim_now(demo: Demo) -> None:
    """Pinewood's check gave Lena 90.00; insured, they are due once: moved by the next check, 120.00 less 10 %."""
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE)
    office = Office(demo)
    (claim,) = office.send(replace(OF_LENA, benefits_assigned="N"))
    assert told(office.pay()) == [(PINEWOOD, "NON", "0.00"), (PINEWOOD, "CHK", "90.00")]
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE, INSURED)
    jobs = office.jobs(TUESDAY)
    approved(jobs, proposed(jobs, claim))
    assert told(office.pay(TUESDAY)) == [("payer", "NON", "0.00")]
    assert told(office.pay(TUESDAY)) == []
    office.send(bill("C", "M05", Service("T1015", date(2026, 2, 12), "145.00"), benefits_assigned="N"), on=WEDNESDAY)
    assert told(office.pay(WEDNESDAY)) == [("payer", "NON", "0.00"), ("payer", "CHK", "108.00")]
    assert posted(demo, PINEWOOD).get("members_payable") is None
    assert posted(demo, PINEWOOD)["due_from_accounts"] == "90.00"
    assert proof_of(demo).differences == ()


# --- what the proof names --------------------------------------------------------------------------------------------


def a_cent_of_a_settlement_in_the_other_account(run: Run) -> tuple[str, Check]:
    """Two rows of a settlement are in another account's books: those of Pinewood and the payer balance yet."""
    run(posting.update().where(SETTLED, posting.c.funding_account == PINEWOOD, LEG).values(funding_account="x"))
    run(posting.insert().values(
        source="settlement:1", funding_account="x", account="pools", debit=SHARE, credit=0, posted_on=TUESDAY
    ))  # fmt: skip
    run(posting.update().where(SETTLED, posting.c.funding_account == PINEWOOD, POOLS).values(debit=Decimal("1.80")))
    return "settlement:1", Check.SETTLEMENT_LEDGER


def a_cent_more_is_due_from_an_account(run: Run) -> tuple[str, Check]:
    """Only the payer's books say that Pinewood owes a cent more; they balance."""
    of_payer = posting.c.funding_account == "payer"
    run(posting.update().where(SETTLED, of_payer, posting.c.debit > 0).values(debit=SHARE + CENT))
    run(posting.update().where(SETTLED, of_payer, posting.c.credit > 0).values(credit=SHARE + CENT))
    return "settlement:1", Check.BETWEEN


def a_settlement_twice(run: Run) -> tuple[str, Check]:
    """The settlement stands once more under another reference, with movements, charge and postings as the first."""
    run(insert(settlement).from_select(*_again(settlement, id=literal(2), reference=literal("PIP2026-B"))))
    for table in (pool_movement, employer_charge, posting):
        changed = _again(table, source=literal("settlement:2"), id=table.c.id + 1000)
        run(insert(table).from_select(changed[0], changed[1].where(table.c.source == "settlement:1")))
    more = _again(due, id=due.c.id + 1000, settlement=literal(2), reference=due.c.reference + "-B")
    run(insert(due).from_select(*more))
    return "settlement:2", Check.SETTLEMENT_POOL


def an_entry_twice(run: Run) -> tuple[str, Check]:
    """A claim is posted again, balanced, from a source that is none."""
    copied = _again(posting, source=posting.c.source + "-again", id=posting.c.id + 1000)
    run(insert(posting).from_select(copied[0], copied[1].where(posting.c.source.like("claim:%"))))
    return "-again", Check.SOURCE


def postings_by_hand(run: Run) -> tuple[str, Check]:
    """Somebody wrote an entry that balances, from nothing that there is."""
    for debit, credit, account in ((CENT, 0, "cash"), (0, CENT, "claims_expense")):
        run(posting.insert().values(
            source="by hand", funding_account="payer", account=account, debit=debit, credit=credit, posted_on=TUESDAY
        ))  # fmt: skip
    return "by hand", Check.SOURCE


def a_posting_with_two_sides(run: Run) -> tuple[str, Check]:
    """A cent is added to both sides of one posting: no sum sees it."""
    run(posting.update().where(SETTLED, LEG).values(debit=posting.c.debit + CENT, credit=posting.c.credit + CENT))
    return "settlement:1", Check.SIDES


def a_pool_in_the_other_account(run: Run) -> tuple[str, Check]:
    """What Pinewood's account withheld is said to be kept by the payer's."""
    run(pool_movement.update().where(pool_movement.c.what == "withheld").values(funding_account="payer"))
    return "claim:", Check.POOLS


def a_due_of_the_other_account(run: Run) -> tuple[str, Check]:
    """A due is said to be Pinewood's to pay."""
    run(due.update().values(funding_account=PINEWOOD))
    return "settlement:1", Check.DUES


def a_due_that_no_payment_pays(run: Run) -> tuple[str, Check]:
    """A due counts as paid by the run of the claim, in which the payer paid nothing."""
    run(due.update().values(payment_run=1))
    return "settlement:1", Check.DUE_PAID


def a_claim_that_no_payment_pays(run: Run) -> tuple[str, Check]:
    """A decision counts as paid, and no payment pays it: no run would ever."""
    run(paid_decision.delete())
    return "claim:", Check.PAID


def a_claim_that_would_be_paid_again(run: Run) -> tuple[str, Check]:
    """A decision that a payment pays counts as unpaid: the next run would take it."""
    run(decision.update().values(payment_run=None))
    return "claim:", Check.PAID


def a_payment_without_postings(run: Run) -> tuple[str, Check]:
    """Nothing of a payment is posted."""
    run(posting.delete().where(posting.c.source.like("payment:%"), posting.c.funding_account == PINEWOOD))
    return "payment:", Check.PAYMENT_LEDGER


def a_cent_of_a_payment_in_the_other_account(run: Run) -> tuple[str, Check]:
    """All of Pinewood's payment stands in the payer's books, balanced."""
    of_payment = posting.c.source.like("payment:%") & (posting.c.funding_account == PINEWOOD)
    run(posting.update().where(of_payment).values(funding_account="payer"))
    return "payment:", Check.PAYMENT_LEDGER


def a_transfer_of_another_amount(run: Run) -> tuple[str, Check]:
    """All four postings of the transfer have a cent more; they balance, and both accounts agree."""
    of_it = posting.c.source == "settlement:2"
    run(posting.update().where(of_it, posting.c.debit > 0).values(debit=posting.c.debit + CENT))
    run(posting.update().where(of_it, posting.c.credit > 0).values(credit=posting.c.credit + CENT))
    return "settlement:2", Check.SETTLEMENT_LEDGER


def a_decision_altered(run: Run) -> tuple[str, Check]:
    """The sealed bytes of a decision were altered."""
    run(decision.update().values(sealed=b"altered"))
    return "claim:", Check.DECISION


def a_payment_altered(run: Run) -> tuple[str, Check]:
    """The sealed bytes of a payment were altered."""
    run(payment.update().where(payment.c.amount == SHARE).values(sealed=b"altered"))
    return "payment:", Check.PAYMENT


def a_payment_row_of_another_account(run: Run) -> tuple[str, Check]:
    """The row of a payment says that another account paid it."""
    run(payment.update().where(payment.c.amount == SHARE).values(funding_account=PINEWOOD))
    return "payment:", Check.PAYMENT


TAMPERINGS: tuple[Callable[[Run], tuple[str, Check]], ...] = (
    a_cent_of_a_settlement_in_the_other_account,
    a_cent_more_is_due_from_an_account,
    an_entry_twice,
    postings_by_hand,
    a_posting_with_two_sides,
    a_pool_in_the_other_account,
    a_due_of_the_other_account,
    a_due_that_no_payment_pays,
    a_claim_that_no_payment_pays,
    a_claim_that_would_be_paid_again,
    a_payment_without_postings,
    a_cent_of_a_payment_in_the_other_account,
    a_decision_altered,
    a_payment_altered,
    a_payment_row_of_another_account,
)


def test_the_proof_names_what_was_tampered_with(office: Office) -> None:
    """Each wrong row that somebody writes by hand is named by what it is of and by what does not agree."""
    demo = office.demo
    told_of = {tampering.__name__: named_once(demo, tampering) for tampering in (*TAMPERINGS, a_settlement_twice)}
    settled(office, TransferAsked(employer="PINEWOOD", amount=None, reference="WIRE1"))
    told_of["a transfer"] = named_once(demo, a_transfer_of_another_amount)
    assert [name for name, is_told in told_of.items() if not is_told] == []


def named_once(demo: Demo, tampering: Callable[[Run], tuple[str, Check]]) -> bool:
    """Say whether the proof names what somebody does to the books, which is then undone."""
    guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    assert guide is not None
    found: set[tuple[str, Check]] = set()
    with suppress(Undo), demo.workspace.books.writing(demo.jobs.context) as work:
        connection = work.proof._connection  # what nobody could do by the books
        subject, check = tampering(connection.execute)
        found = {(each.subject, each.check) for each in prove(work, guide, LedgerScope()).differences}
        raise Undo
    return any(subject in named and check is by for named, by in found)


class Undo(Exception):
    """Nothing of it is kept."""


def _again(table: Table, **changes: Any) -> tuple[list[str], Any]:
    """Return the columns of a table, and its rows with some of them changed."""
    columns = {each.name: changes.get(each.name, each) for each in table.c}
    return list(columns), select(*columns.values())
