"""Settlements: what is due to payees goes out once, with an 835 of its own or beside their claims."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hpedi.adjudication.funding import PoolKey, PoolMovement
from hpedi.commands.jobs import REMITTANCE_GUIDE, Jobs
from hpedi.crosscheck.answer import Opinion
from hpedi.crosscheck.pyx12_engine import validate_with_pyx12
from hpedi.documents.document import Paragraph
from hpedi.guide_files import GuideFiles
from hpedi.money import ZERO
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.payee_balances import PayeeBalance
from hpedi.payments.settlement import CannotSettle
from hpedi.payments.states import PaymentState
from hpedi.payments.verification import read_remittances
from hpedi.pipeline.approve import SecondPersonNeeded
from hpedi.pipeline.funding_report import PoolsSought, funding_report
from hpedi.pipeline.funding_statement import funding_statement
from hpedi.pipeline.settle import book, work_out
from hpedi.pipeline.settlement_asked import (
    AdjustmentAsked,
    CapitationAsked,
    PrefundAsked,
    ProgramAsked,
    RefundAsked,
    SettlementAsked,
    WithholdAsked,
)
from hpedi.reference.contracts import Withhold
from hpedi.reference.plans import Employer, Program
from hpedi.reference.reference import Reference
from hpedi.reference.settling import CostTarget, InterestRate, Target
from hpedi.run_context import Principal
from hpedi.store import schema
from hpedi.store.payments import StoredPayments
from hpedi.transactions.remittance_835.model import PaymentMethod, Remittance
from hpedi.x12.events import Delimiters
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, clearinghouse_claims, interchange
from tests.payments.adjustment_ways import WAYS
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.test_proof import proof_of

SENT = interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())])
CAPITATION = CapitationAsked(
    provider="HARBOR", period="2026-03", members=120, rate=Decimal("35.00"), reference="CAP202603"
)
"""4,200.00 to Harbor, who has an account."""
PIP = PoolKey("pip", "HARBOR", "PINEWOOD", 2025)
PREFUND = PoolKey("prefund", "HARBOR", "PINEWOOD", 2025)
PROGRAMS = (
    Program(type="pip_withhold", percent=Decimal("0.05"), group="CO", carc="245", pool="pip"),
    Program(
        type="shared_savings", percent=Decimal("0.02"), on_835=False, pool="prefund", provider_share=Decimal("0.5")
    ),
)
YEAR_END = ProgramAsked(
    employer="PINEWOOD",
    provider="HARBOR",
    year=2025,
    earned=Decimal("0.625"),
    pool_interest=Decimal("1.25"),
    savings=Decimal("90.00"),
    withhold_reference="PIP2025",
    bonus_reference="TCOC2025",
)


def settle(demo: Demo, asked: SettlementAsked) -> None:
    """Book a settlement and pay what is due of it."""
    jobs = demo.jobs
    book(demo.workspace.books, jobs.context, jobs.reference, asked)
    jobs.pay(dues_only=True)


def remitted(demo: Demo) -> list[Remittance]:
    """Deliver, and read the 835s that were delivered."""
    guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    assert guide is not None
    found: list[Remittance] = []
    for row in demo.jobs.deliver().files:
        if row.kind == "835":
            read = read_remittances(demo.workspace.mailbox.path(row.folder, row.name).read_bytes(), guide)
            assert not read.findings
            found += read.remittances
    return found


def ledger(demo: Demo) -> dict[LedgerAccount, Decimal]:
    """Return what each account of the ledger stands at."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        return {account: amount for (_funding, account), amount in work.ledger.totals().items()}


def rows_of(remittance: Remittance) -> list[tuple[str, str, Decimal]]:
    """Return PLB rows."""
    return [(each.code, each.reference, each.amount) for each in remittance.provider_adjustments]


def test_capitation_goes_out_without_claims(demo: Demo) -> None:
    """120 members at 35.00: an 835 of one PLB row, an EFT of 4,200.00, and a ledger that says so."""
    settle(demo, CAPITATION)
    (sent,) = remitted(demo)
    assert (sent.claims, sent.method, sent.amount) == ((), PaymentMethod.ACH, Decimal("4200.00"))
    assert rows_of(sent) == [("CT", "CAP202603", Decimal("-4200.00"))]
    assert ledger(demo) == {
        LedgerAccount.CAPITATION: Decimal("4200.00"),
        LedgerAccount.PAYEE_DUES: ZERO,
        LedgerAccount.ACH_CLEARING: Decimal("-4200.00"),
    }


def test_an_835_without_claims_is_an_835(demo: Demo) -> None:
    """It has no LX and no CLP, and pyx12 accepts it."""
    settle(demo, CAPITATION)
    (file,) = [row for row in demo.jobs.deliver().files if row.kind == "835"]
    text = demo.workspace.mailbox.path(file.folder, file.name).read_text().replace("\n", "")
    body = text[text.index("ST*") : text.index("GE*")].removesuffix("~").split("~")
    assert not [segment for segment in body if segment.startswith(("LX", "CLP"))]
    answer = validate_with_pyx12(body, Delimiters(), functional_id="HP", version="005010X221A1")
    assert answer.opinion is Opinion.ACCEPTED, answer


def test_the_same_settlement_is_made_once(demo: Demo) -> None:
    """The reference that is settled already is refused, and so is its PLB row under another settlement."""
    settle(demo, CAPITATION)
    with pytest.raises(CannotSettle, match="settled already"):
        settle(demo, CAPITATION)
    assert demo.jobs.pay().released == ()
    assert len(remitted(demo)) == 1


def test_who_settles_does_not_approve(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the payment waits; a second person approves it, and it goes out with the dates of that day."""
    monkeypatch.setattr(Reference, "approval_limit", lambda _reference, _day: Decimal("100.00"))
    first, second = (
        dataclasses.replace(demo.jobs.context, principal=Principal(f"person:{login}", "person", login))
        for login in ("kim", "ola")
    )
    jobs = Jobs(demo.workspace, first)
    book(demo.workspace.books, first, jobs.reference, CAPITATION)
    (waiting,) = jobs.pay(dues_only=True).waiting
    assert (waiting.state, remitted(demo)) == (PaymentState.BUILT, [])
    number = waiting.payment.trace_number
    with pytest.raises(SecondPersonNeeded):
        jobs.approve([number])
    Jobs(demo.workspace, second).approve([number])
    demo.pay_on(date(2026, 4, 18))
    (sent,) = remitted(demo)
    assert (sent.trace_number, sent.amount, sent.payment_date) == (number, Decimal("4200.00"), date(2026, 4, 20))


def test_claims_that_wait_are_not_in_it(demo: Demo) -> None:
    """A settlement pays what is due and leaves claims to a run of their own."""
    demo.receive(SENT)
    demo.jobs.adjudicate()
    settle(demo, CAPITATION)
    assert [(len(sent.claims), sent.amount) for sent in remitted(demo)] == [(0, Decimal("4200.00"))]
    assert len(demo.jobs.pay().released) == 4
    assert all(sent.claims for sent in remitted(demo))


def test_a_due_that_was_booked_and_not_paid_goes_with_the_claims(demo: Demo) -> None:
    """After a kill between booking and paying the next run pays both, with one 835: 470.00 and 4,200.00."""
    demo.receive(SENT)
    demo.jobs.adjudicate()
    book(demo.workspace.books, demo.jobs.context, demo.jobs.reference, CAPITATION)
    demo.jobs.pay()
    (harbor,) = [sent for sent in remitted(demo) if sent.amount > 1000]
    assert harbor.claims
    assert (harbor.amount, rows_of(harbor)) == (Decimal("4670.00"), [("CT", "CAP202603", Decimal("-4200.00"))])


def test_what_a_payee_owes_is_taken_from_what_it_is_due(demo: Demo) -> None:
    """A balance forward of 5,000.00 takes all 4,200.00, and 800.00 are carried forward under the new number."""
    owed = PayeeBalance(
        provider="HARBOR", funding_account="payer", kind="FB", reference="900000000", amount=Decimal("5000.00")
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.payee_balances.append([owed], "opening", AS_OF)
    settle(demo, CAPITATION)
    (sent,) = remitted(demo)
    assert (sent.method, sent.amount) == (PaymentMethod.NONE, ZERO)
    assert rows_of(sent) == [
        ("CT", "CAP202603", Decimal("-4200.00")),
        ("FB", "900000000", Decimal("5000.00")),
        ("FB", sent.trace_number, Decimal("-800.00")),
    ]
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (left,) = work.payee_balances.owed("HARBOR")
    assert (left.reference, left.amount) == (sent.trace_number, Decimal("800.00"))


def with_pools(demo: Demo) -> Jobs:
    """Put 100.00 into a withhold pool and 40.00 into a pre-fund pool of an employer that has both programmes."""
    jobs = demo.jobs
    employer = Employer(id="PINEWOOD", name="PINEWOOD FOODS", programs=PROGRAMS)
    reference = dataclasses.replace(jobs.reference, employers={"PINEWOOD": employer})
    jobs.__dict__["reference"] = reference
    held = (PoolMovement(PIP, "withheld", Decimal("100.00")), PoolMovement(PREFUND, "prefunded", Decimal("40.00")))
    with demo.workspace.books.writing(jobs.context) as work:
        if not work.funding.movements():
            work.funding.append(held, (), "opening", AS_OF)
    return jobs


def test_a_programme_ends_its_year(demo: Demo) -> None:
    """62.5 % of 100.00 and half of 90.00, at most 40.00, go to the provider: 102.50; 38.75 to the employer."""
    jobs = with_pools(demo)
    book(demo.workspace.books, jobs.context, jobs.reference, YEAR_END)
    jobs.pay(dues_only=True)
    (sent,) = remitted(demo)
    assert (sent.amount, rows_of(sent)) == (
        Decimal("102.50"),
        [("E3", "PIP2025", Decimal("-62.50")), ("BN", "TCOC2025", Decimal("-40.00"))],
    )
    with demo.workspace.books.writing(jobs.context) as work:
        report = funding_report(work, PoolsSought(employer="PINEWOOD", year=2025))
    assert [(pool.key, pool.balance, len(pool.movements)) for pool in report.pools] == [
        (PIP, ZERO, 3),
        (PREFUND, ZERO, 2),
    ]
    (charge,) = report.charges
    assert (charge.charge.what, charge.charge.amount) == ("pip_refund", Decimal("-38.75"))
    assert [(each.due.code, each.paid_by) for each in report.dues] == [
        ("E3", sent.trace_number),
        ("BN", sent.trace_number),
    ]
    assert dict(report.settlements[0].facts)["measured savings"] == "90.00"


def test_nothing_to_pay_is_no_835(demo: Demo) -> None:
    """Nothing earned and no bonus: the employer gets the whole pool back, and nothing goes out."""
    jobs = with_pools(demo)
    asked = dataclasses.replace(YEAR_END, earned=Decimal(0), savings=Decimal("-5.00"))
    book(demo.workspace.books, jobs.context, jobs.reference, asked)
    assert (jobs.pay(dues_only=True).released, remitted(demo)) == ((), [])
    prefund = PrefundAsked(employer="PINEWOOD", provider="HARBOR", year=2025, reference="JUNE")
    book(demo.workspace.books, jobs.context, jobs.reference, prefund)
    with demo.workspace.books.reading(jobs.context) as work:
        charged = [(each.charge.what, each.charge.amount) for each in work.funding.charges("PINEWOOD")]
    assert charged == [("pip_refund", Decimal("-101.25")), ("prefund_refund", Decimal("-40.00"))]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (dataclasses.replace(YEAR_END, provider="NOBODY"), "no provider"),
        (dataclasses.replace(YEAR_END, employer="NOBODY"), "no employer"),
        (dataclasses.replace(YEAR_END, program="other"), "no such pools"),
        (dataclasses.replace(YEAR_END, savings=None, bonus=Decimal("40.01")), "what is in the pre-fund pool"),
    ],
)
def test_what_fits_nothing_is_refused(demo: Demo, asked: ProgramAsked, why: str) -> None:
    """A settlement of nobody's programme, or of more than the pool holds, keeps nothing."""
    jobs = with_pools(demo)
    with pytest.raises(CannotSettle, match=why):
        book(demo.workspace.books, jobs.context, jobs.reference, asked)
    with demo.workspace.books.reading(jobs.context) as work:
        assert work.settlements.all() == ()


def test_working_it_out_keeps_nothing(demo: Demo) -> None:
    """A preview says the same as booking, and leaves the books as they were."""
    jobs = with_pools(demo)
    with demo.workspace.books.reading(jobs.context) as work:
        settled = work_out(work, jobs.reference, YEAR_END)
        assert work.settlements.all() == ()
    assert book(demo.workspace.books, jobs.context, jobs.reference, YEAR_END)[1] == settled


def owing(demo: Demo, *amounts: tuple[str, str]) -> None:
    """Let Harbor owe overpayments, by our number of a claim."""
    owed = [
        PayeeBalance(provider="HARBOR", funding_account="payer", kind="WO", reference=claim, amount=Decimal(amount))
        for claim, amount in amounts
    ]
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.payee_balances.append(owed, "opening", AS_OF)


def test_a_refund_takes_off_what_is_owed_for_its_claim(demo: Demo) -> None:
    """30.00 are owed for C1 and 50.00 for C2; 50.00 are sent back for C2: PLB 72 and WO of C2, and C1 stays owed."""
    owing(demo, ("C1", "30.00"), ("C2", "50.00"))
    settle(demo, RefundAsked(provider="HARBOR", claim="C2", amount=Decimal("50.00"), reference="CHECK4711"))
    (sent,) = remitted(demo)
    assert (sent.method, sent.amount) == (PaymentMethod.NONE, ZERO)
    assert rows_of(sent) == [("72", "C2", Decimal("-50.00")), ("WO", "C2", Decimal("50.00"))]
    assert ledger(demo) == {
        LedgerAccount.CASH: Decimal("50.00"),
        LedgerAccount.PAYEE_DUES: ZERO,
        LedgerAccount.RECEIVABLE: Decimal("-50.00"),
    }
    with demo.workspace.books.reading(demo.jobs.context) as work:
        assert [(each.reference, each.amount) for each in work.payee_balances.owed("HARBOR")] == [
            ("C1", Decimal("30.00"))
        ]
    assert proof_of(demo).differences == ()


def test_a_claim_is_refunded_in_parts(demo: Demo) -> None:
    """Of 50.00 that are owed 20.00 are sent back, then twice 15.00 at once; not a cent more is taken."""
    owing(demo, ("C2", "50.00"))
    settle(demo, RefundAsked(provider="HARBOR", claim="C2", amount=Decimal("20.00"), reference="CHECK4711"))
    for check in ("CHECK4712", "CHECK4713"):
        part = RefundAsked(provider="HARBOR", claim="C2", amount=Decimal("15.00"), reference=check)
        book(demo.workspace.books, demo.jobs.context, demo.jobs.reference, part)
    with pytest.raises(CannotSettle, match=r"owes 0\.00"):
        settle(demo, RefundAsked(provider="HARBOR", claim="C2", amount=Decimal("0.01"), reference="CHECK4714"))
    demo.jobs.pay(dues_only=True)
    first, second = remitted(demo)
    assert rows_of(first) == [("72", "C2", Decimal("-20.00")), ("WO", "C2", Decimal("20.00"))]
    parts = [("72", "C2", Decimal("-15.00"))] * 2
    assert rows_of(second) == [*parts, ("WO", "C2", Decimal("30.00"))]
    assert proof_of(demo).differences == ()


def test_refunds_are_kept_over_a_step_back(demo: Demo) -> None:
    """The schema before allowed one refund a claim: down and up again, both of C2 stand, and the books prove them."""
    owing(demo, ("C2", "50.00"))
    for check in ("CHECK4712", "CHECK4713"):
        part = RefundAsked(provider="HARBOR", claim="C2", amount=Decimal("15.00"), reference=check)
        book(demo.workspace.books, demo.jobs.context, demo.jobs.reference, part)
    demo.jobs.pay(dues_only=True)
    schema.downgrade(demo.workspace.database, "0017")
    schema.upgrade(demo.workspace.database)
    with demo.workspace.books.reading(demo.jobs.context) as work:
        assert [(each.due.reference, each.due.amount) for each in work.settlements.dues()] == [
            ("C2", Decimal("15.00")),
            ("C2", Decimal("15.00")),
        ]
    assert proof_of(demo).differences == ()


def test_a_refund_that_an_interrupted_run_holds_is_not_owed_again(demo: Demo) -> None:
    """All that is owed for C2 was sent back, and the run that acknowledges it was killed: no more is taken."""
    owing(demo, ("C2", "50.00"))
    sent = RefundAsked(provider="HARBOR", claim="C2", amount=Decimal("50.00"), reference="CHECK4711")
    book(demo.workspace.books, demo.jobs.context, demo.jobs.reference, sent)
    with demo.workspace.books.writing(demo.jobs.context) as work:
        assert work.payments.begin_run(AS_OF, demo.jobs.context.instant, dues_only=True) is not None
    again = RefundAsked(provider="HARBOR", claim="C2", amount=Decimal("0.01"), reference="CHECK4712")
    with pytest.raises(CannotSettle, match=r"owes 0\.00"):
        settle(demo, again)


def test_a_refund_of_what_is_not_owed_is_refused(demo: Demo) -> None:
    """Nothing is owed for C1: the money is not taken."""
    with pytest.raises(CannotSettle, match=r"owes 0\.00"):
        settle(demo, RefundAsked(provider="HARBOR", claim="C1", amount=Decimal("1.00"), reference="CHECK4711"))


@pytest.mark.parametrize(
    ("code", "amount", "paid", "rows"),
    [
        ("LS", "75.00", "4275.00", [("LS", "REF1", "-75.00")]),
        ("CS", "-10.00", "4190.00", [("CS", "REF1", "10.00")]),
        ("L3", "-250.00", "3950.00", [("L3", "REF1", "250.00")]),
    ],
)
def test_an_adjustment_goes_with_the_next_payment(
    demo: Demo, code: str, amount: str, paid: str, rows: list[tuple[str, str, str]]
) -> None:
    """Beside capitation of 4,200.00 it is paid on top, or taken off; the books prove it."""
    asked = AdjustmentAsked(
        provider="HARBOR", code=code, amount=Decimal(amount), reference="REF1", note="by letter", ways=WAYS
    )
    book(demo.workspace.books, demo.jobs.context, demo.jobs.reference, asked)
    settle(demo, CAPITATION)
    (sent,) = remitted(demo)
    assert sent.amount == Decimal(paid)
    assert {("CT", "CAP202603", "-4200.00"), *rows} == {(*row[:2], f"{row[2]}") for row in rows_of(sent)}
    assert ledger(demo)[LedgerAccount.PAYEE_DUES] == ZERO
    assert proof_of(demo).differences == ()


def with_rates(demo: Demo) -> Jobs:
    """Give the pools of `with_pools` rates, targets and a target cost; what is left goes back from June on."""
    jobs = with_pools(demo)
    rates = (InterestRate(start=date(2025, 1, 1), rate=Decimal("0.0365")),)
    withheld, prefunded = PROGRAMS
    targets = (
        Target(id="QUALITY", name="Diabetes control", weight=Decimal("0.6")),
        Target(id="ACCESS", name="Visits within a week", weight=Decimal("0.4")),
    )
    cost = CostTarget(start=date(2025, 1, 1), pmpm=Decimal("400.00"), risk_factor=Decimal("1.1"))
    programs = (
        replace(withheld, interest_rates=rates, targets=targets),
        replace(prefunded, interest_rates=rates, cost_targets=(cost,), returns_from="06-01"),
    )
    employer = Employer(id="PINEWOOD", name="PINEWOOD FOODS", programs=programs)
    jobs.__dict__["reference"] = dataclasses.replace(jobs.reference, employers={"PINEWOOD": employer})
    return jobs


def test_a_year_settled_by_its_targets_its_rates_and_its_cost(demo: Demo) -> None:
    """Quality met earns 60.00 of 100.00; 100 days at 3.65 % earn 1.00; 25.00 saved give a bonus of 12.50.

    440.00 a member and month for 10 member months are 4,400.00, of which 4,375.00 were spent.
    """
    jobs = with_rates(demo)
    later = Jobs(demo.workspace, dataclasses.replace(jobs.context, as_of=AS_OF + timedelta(days=100)))
    asked = ProgramAsked(
        employer="PINEWOOD", provider="HARBOR", year=2025, met=("QUALITY",), cost=Decimal("4375.00"), member_months=10,
        withhold_reference="PIP2025", bonus_reference="TCOC2025",
    )  # fmt: skip
    _posted, settled = book(demo.workspace.books, later.context, jobs.reference, asked)
    assert [(each.code, each.amount) for each in settled.dues] == [("E3", Decimal("60.00")), ("BN", Decimal("12.50"))]
    assert [(each.what, each.amount) for each in settled.charges] == [("pip_refund", Decimal("-41.00"))]
    facts = dict(settled.facts)
    assert facts["target QUALITY"] == "Diabetes control, counts 0.6: met"
    assert facts["target ACCESS"] == "Visits within a week, counts 0.4: not met"
    assert facts["measured savings"] == "25.00"
    assert facts["pool_interest"] == "1.00"


def test_what_is_left_of_a_prefund_goes_back_in_june(demo: Demo) -> None:
    """On 16 March it is refused; on 1 June 40.00 and 77 days of interest at 3.65 % (0.31) go back."""
    jobs = with_rates(demo)
    asked = PrefundAsked(employer="PINEWOOD", provider="HARBOR", year=2025, reference="JUNE")
    with pytest.raises(CannotSettle, match="from 2026-06-01 on"):
        book(demo.workspace.books, jobs.context, jobs.reference, asked)
    june = dataclasses.replace(jobs.context, as_of=date(2026, 6, 1))
    _posted, settled = book(demo.workspace.books, june, jobs.reference, asked)
    assert [(each.what, each.amount) for each in settled.charges] == [("prefund_refund", Decimal("-40.31"))]


def test_the_withhold_of_a_contract_is_reconciled(demo: Demo) -> None:
    """Of 100.00 that Harbor's contract withheld 75 % are earned: 75.00 go out as PLB E3, the plan keeps 25.00.

    What the contract of the next year has agreed changes nothing, and where no contract stood there is no pool.
    """
    jobs = demo.jobs
    hold = Withhold(id="W104", percent=Decimal("0.05"), group="CO", carc="104", targets=(
        Target(id="QUALITY", name="Quality", weight=Decimal("0.75")),
        Target(id="ACCESS", name="Access", weight=Decimal("0.25")),
    ))  # fmt: skip
    renewed = replace(hold, targets=(Target(id="COST", name="Cost", weight=Decimal(1)),))
    contracts = {
        key: tuple(
            stood
            for each in every
            for stood in (
                replace(each, end=date(2025, 12, 31), withholds=(hold,)),
                replace(each, start=date(2026, 1, 1), withholds=(renewed,)),
            )
        )
        for key, every in jobs.reference.contracts.items()
    }
    reference = dataclasses.replace(jobs.reference, contracts=contracts)
    jobs.__dict__["reference"] = reference
    pool = PoolKey("withhold", "HARBOR", "", 2025)
    with demo.workspace.books.writing(jobs.context) as work:
        work.funding.append((PoolMovement(pool, "withheld", Decimal("100.00")),), (), "opening", AS_OF)
    asked = WithholdAsked(provider="HARBOR", year=2025, met=("QUALITY",), reference="WH2025")
    for year, why in ((1999, "of 1999 have no"), (2026, "no target is called QUALITY")):
        with demo.workspace.books.reading(jobs.context) as work, pytest.raises(CannotSettle, match=why):
            work_out(work, reference, dataclasses.replace(asked, year=year))
    book(demo.workspace.books, jobs.context, reference, asked)
    jobs.pay(dues_only=True)
    (sent,) = remitted(demo)
    assert (sent.amount, rows_of(sent)) == (Decimal("75.00"), [("E3", "WH2025", Decimal("-75.00"))])
    with demo.workspace.books.writing(jobs.context) as work:
        told = funding_statement(funding_report(work, PoolsSought(provider="HARBOR")), reference, AS_OF)
    (equation,) = [block.text for block in told.blocks if isinstance(block, Paragraph)]
    assert equation == (
        "Together: withheld from claims $100.00, earned by the provider -$75.00, kept by the plan -$25.00; "
        "left in the pool $0.00."
    )


def killed(work: Callable[[], object]) -> bool:
    """Do work in a process of its own; say whether kill -9 ended it."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def kill(*_arguments: object, **_named: object) -> object:
    """End this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return None


@pytest.mark.parametrize("step", ["begin_run", "add", "close", "release"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_it_is_paid_once(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, step: str, when: str, request: pytest.FixtureRequest
) -> None:
    """Killed with -9 around each step of the run, the next run pays 4,200.00, and the one after it nothing."""
    original = getattr(StoredPayments, step)

    def and_then(*arguments: object, **named: object) -> object:
        original(*arguments, **named)
        return kill()

    book(demo.workspace.books, demo.jobs.context, demo.jobs.reference, CAPITATION)
    demo.workspace.database.close()
    with monkeypatch.context() as patch:
        patch.setattr(StoredPayments, step, kill if when == "before" else and_then)
        assert killed(lambda: demo.jobs.pay(dues_only=True)), request.node.name
    demo.jobs.pay()
    assert demo.jobs.pay().released == ()
    assert [sent.amount for sent in remitted(demo)] == [Decimal("4200.00")]
    assert ledger(demo)[LedgerAccount.PAYEE_DUES] == ZERO
    assert proof_of(demo).differences == ()
