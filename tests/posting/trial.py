"""A payer at work for months, driven through the product's own jobs, with a receivables poster at the other end.

Each day: claims come in (some of them late), some that were paid are replaced, voided or decided again, settlements
are booked; after each file all that is decided is paid and delivered, and what was delivered is posted from its bytes
alone. EFTs come back and checks are stopped: they are voided, and paid again by a later run.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import Workspace, context_for, create, open_workspace, payer_zone
from hpedi.mappings_folder import mapping
from hpedi.money import usd
from hpedi.payments.eft_enrollment import load_enrollment_terms
from hpedi.payments.eft_returns import load_return_codes
from hpedi.payments.settlement import CannotSettle
from hpedi.pipeline.eft_returns import ReturnTerms, import_returns
from hpedi.pipeline.load import load
from hpedi.pipeline.reprocess import approve, propose
from hpedi.pipeline.reprocessing import Asked
from hpedi.pipeline.settle import book
from hpedi.pipeline.settlement_asked import (
    AdjustmentAsked,
    CapitationAsked,
    PrefundAsked,
    ProgramAsked,
    RefundAsked,
    SettlementAsked,
    WithholdAsked,
)
from hpedi.pipeline.sought import StandingSought
from hpedi.pipeline.void import void
from hpedi.reference.payer_folder import load_payer_folder
from tests.golden.changes import correct_fee, update_eligibility
from tests.golden.world import claim_of, payer_folder, standard_files
from tests.payments.ach.return_writer import Back, return_file
from tests.payments.adjustment_ways import WAYS
from tests.posting.claims import Claims, moved
from tests.posting.deposits import CashBook, Deposit, read_checks, read_nacha
from tests.posting.payer import Payer, make_payer
from tests.posting.receivables import OVERPAYMENT, Receivables
from tests.posting.remittance import Remittance, read_remittances
from tests.posting.sending import interchange_of

FIRST_DAY: Final = date(2026, 4, 6)
BETWEEN_DAYS: Final = timedelta(days=2)
LATE_BY: Final = (34, 75)
"""Days from receipt to payment of claims that earn interest."""
BACK_BY: Final = ("R06", "R24", "R06", "R24", "R03")
"""Why EFTs come back: the last holds the account."""
LATE, CORRECTED = 0.6, 0.12
RETURNED, RETURNED_LATE, STOPPED, REISSUED = 0.07, 0.15, 0.04, 0.5
TYPES: Final = ("P", "I", "D", "P")
"""Of the first file of a day; of the claims that are late, day by day."""
REPRICED_EVERY, ENDED_EVERY, SETTLED_EVERY = 3, 4, 2
REPRICED: Final = ("T1015", "G0260", "G0414", "G0130")
AT_MOST_AGAIN: Final = 12
KINDS: Final = ("835", "ach", "checks")
ADJUSTED: Final = (
    ("CS", "12.00"),
    ("CS", "-7.50"),
    ("IP", "40.00"),
    ("LS", "25.25"),
    ("L3", "-15.00"),
    ("LE", "-9.99"),
)
"""Codes of adjustments that people book, with what they bring to the payee."""


@dataclass(slots=True)
class Size:
    """How big a trial is."""

    days: int
    claims_a_day: int
    copies: int = 3
    families: int = 24


@dataclass(slots=True)
class Sent:
    """The files that went out, by kind."""

    remittances: list[bytes] = field(default_factory=list)
    nacha: list[bytes] = field(default_factory=list)


class Trial:
    """One payer with its poster."""

    def __init__(self, folder: Path, seed: int, size: Size, database_url: str | None = None) -> None:
        """Make a workspace below a folder and load the payer into it."""
        self.payer: Payer = make_payer(seed, size.copies, size.families)
        self.receivables, self.cash, self.sent = Receivables(), CashBook(), Sent()
        self.did: Counter[str] = Counter()
        self._chance = random.Random(seed)  # noqa: S311  # a repeatable choice, no secret
        self._claims = Claims(self.payer, seed)
        self._size, self._folder = size, folder
        self._files = 0
        self._world, self._given = self.payer.world, self.payer.given
        create(folder / "home", database_url)
        self.workspace: Workspace = open_workspace(folder / "home")
        self._load(FIRST_DAY - timedelta(days=90))
        for owed in self.payer.given["provider_balances"]:
            reference = owed["reference"]["value"]
            self.receivables.owe(self.payer.npi(owed["provider"]), OVERPAYMENT, reference, Decimal(owed["amount"]))

    def run(self) -> None:
        """Work day by day, and two more days on which nothing comes in, so that what came back is paid again."""
        last = FIRST_DAY
        for number in range(1, self._size.days + 1):
            last = FIRST_DAY + BETWEEN_DAYS * number
            for received, claims in self._arriving(last, number):
                self._hand_in(claims, received, last)
                self.jobs(last).adjudicate()
                self._pay(last)
                self._send_back(last)
            self._decide_again(last, number)
            self._settle(last, number)
            self._pay(last)
        self._pay(last + BETWEEN_DAYS)
        self._pay(last + 2 * BETWEEN_DAYS)

    def jobs(self, day: date) -> Jobs:
        """Return the jobs of a day."""
        return Jobs(self.workspace, context_for(day))

    def _load(self, day: date) -> None:
        loaded = load_payer_folder(payer_folder(self._world, self._given), standard_files())
        assert loaded.records, [(finding.where, finding.message) for finding in loaded.findings]
        load(self.workspace.books, context_for(day), loaded)

    # --- claims ------------------------------------------------------------------------------------------------------

    def _arriving(self, day: date, number: int) -> list[tuple[date, list[Any]]]:
        """Return the files of a day, each of one type: new claims and corrections, professional first; late ones."""
        late, late_type = day - timedelta(days=self._chance.randrange(*LATE_BY)), TYPES[number % len(TYPES)]
        files: dict[tuple[date, str], list[Any]] = {(day, TYPES[0]): []}
        for _each in range(self._size.claims_a_day):
            claim = self._claims.new(day)
            is_late = self._chance.random() < LATE and claim["type"] == late_type
            received = late if is_late else day
            files.setdefault((received, claim["type"]), []).append(moved(claim, received - day))
        for claim in self._corrections():
            files.setdefault((day, claim["type"]), []).append(claim)
        return [(received, claims) for (received, _type), claims in files.items() if claims]

    def _corrections(self) -> list[Any]:
        """Return corrections of claims that stand paid, by the number that their 835 gave them."""
        chosen = [each for each in self._standing() if self._chance.random() < CORRECTED]
        made = (self._claims.correction(account.patient_control_number) for _npi, _number, account in chosen)
        return [claim for claim in made if claim is not None][: self._size.claims_a_day // 4]

    def _standing(self) -> list[tuple[str, str, Any]]:
        return [
            (npi, number, account)
            for npi, books in sorted(self.receivables.books.items())
            for number, account in books.accounts.items()
            if account.standing == 1
        ]

    def _hand_in(self, claims: Sequence[Any], received: date, day: date) -> None:
        numbers = {
            account.patient_control_number: number
            for books in self.receivables.books.values()
            for number, account in books.accounts.items()
        }
        self._files += 1
        path = self._folder / "arrived.837"
        models = [claim_of(claim, self._world, numbers) for claim in claims]
        path.write_bytes(interchange_of(models, received, self._files, self.jobs(day).reference.payer))
        outcome = self.jobs(day).receive(path, datetime.combine(received, time(9), payer_zone()))
        for receipt in outcome.receipts:
            self.did[f"file {claims[0]['type']} {receipt.verdict}"] += 1
        self.did["claims sent"] += len(claims)

    # --- deciding again ----------------------------------------------------------------------------------------------

    def _decide_again(self, day: date, number: int) -> None:
        """Correct a fee or end a coverage back in time, and decide the claims of it again."""
        if number % REPRICED_EVERY == 0:
            code, factor = self._chance.choice(REPRICED), self._chance.choice((60, 80, 110, 125))
            fee = f"{Decimal(self._fee(code)) * factor / 100:.2f}"
            span = {"from": str(day - timedelta(days=40)), "to": str(day)}
            step = {"fee_schedule": "FS-A", "code": code, "fee": fee, **span}
            self._change(correct_fee, step, day)
            self._reprocess("payer_pricing_error", ("A", "B"), day)
        if number % ENDED_EVERY == 0:
            family = self._chance.choice(self.payer.families)
            ended = {"action": "terminate", "member": f"{family}M4", "plan": self.payer.plan(family)}
            self._change(update_eligibility, {**ended, "to": str(day - timedelta(days=30))}, day)
            self._reprocess("retro_termination", tuple("ABCDEFGT"), day)

    def _fee(self, code: str) -> str:
        schedule = next(each for each in self._world["fee_schedules"] if each["id"] == "FS-A")
        return str(schedule["versions"][1]["fees"][code])

    def _change(self, change: Callable[[Any, Any, Any], tuple[Any, Any]], step: Any, day: date) -> None:
        self._world, self._given = change(step, self._world, self._given)
        self._load(day)

    def _reprocess(self, reason: str, kinds: Sequence[str], day: date) -> None:
        npis = {self.payer.npi(payee) for kind in kinds for payee in self.payer.payees(kind)}
        numbers = [number for npi, number, _account in self._standing() if npi in npis]
        self._chance.shuffle(numbers)
        jobs, sought = self.jobs(day), StandingSought(claims=tuple(numbers[: AT_MOST_AGAIN * 4]))
        books = self.workspace.books
        proposal = propose(books, jobs.context, jobs.reference, sought, Asked(reason=reason))
        approve(books, jobs.context, jobs.reference, proposal.id)
        self.did[f"decided again: {reason}"] += len(proposal.impacts)

    # --- settlements -------------------------------------------------------------------------------------------------

    def _settle(self, day: date, number: int) -> None:
        if number % SETTLED_EVERY:
            return
        for asked in self._settlements(number // SETTLED_EVERY):
            name = type(asked).__name__
            try:
                book(self.workspace.books, context_for(day), self.jobs(day).reference, asked)
                self.did[f"settled: {name}"] += 1
            except CannotSettle:  # more was taken back from a pool than is left in it since it was settled
                self.did[f"not to be settled: {name}"] += 1

    def _settlements(self, ordinal: int) -> Iterable[SettlementAsked]:
        for payee in self.payer.payees("G"):
            month, members = f"2026-{(ordinal - 1) % 12 + 1:02d}", self._chance.randrange(20, 300)
            reference = f"CAP{ordinal}"
            yield CapitationAsked(provider=payee, period=month, members=members, rate=usd("35.00"), reference=reference)
        for payee in self.payer.payees("B")[ordinal % 2 :: 2]:
            yield ProgramAsked(
                employer="S",
                provider=payee,
                year=2026,
                earned=Decimal(self._chance.choice(("0.50", "0.75", "1"))),
                pool_interest=usd("1.50"),
                bonus=usd("3.25") if ordinal > 2 else None,
                withhold_reference=f"PIP{ordinal}",
                bonus_reference=f"TCOC{ordinal}",
            )
            yield PrefundAsked(employer="S", provider=payee, year=2026, reference=f"PRE{ordinal}")
            yield WithholdAsked(provider=payee, year=2026, earned=Decimal("0.80"), reference=f"WH{ordinal}")
        yield from self._refunds(ordinal)
        for code, amount in self._chance.sample(ADJUSTED, 2):
            payee, reference = self._chance.choice(list(self.payer.kind_of)), f"ADJ{ordinal}{code}"
            yield AdjustmentAsked(
                provider=payee, code=code, amount=usd(amount), reference=reference, note="agreed", ways=WAYS
            )

    def _refunds(self, ordinal: int) -> Iterator[SettlementAsked]:
        """Yield what payees send back of their own accord of what they were told that they owe for claims."""
        for payee in self.payer.kind_of:
            books = self.receivables.books[self.payer.npi(payee)]
            owed = [each for each in books.open_items(OVERPAYMENT).items() if each[0] in books.accounts]
            for claim, amount in owed[:1]:
                yield RefundAsked(provider=payee, claim=claim, amount=usd(amount), reference=f"REF{ordinal}{payee}")

    # --- payment -----------------------------------------------------------------------------------------------------

    def _pay(self, day: date) -> None:
        jobs = self.jobs(day)
        jobs.pay()
        self.did["runs"] += 1
        self._newest = self._delivered(jobs)

    def _delivered(self, jobs: Jobs) -> list[Deposit]:
        """Deliver what waits, and post it from its bytes; return the money that came in."""
        contents: dict[str, list[bytes]] = {kind: [] for kind in KINDS}
        for row in jobs.deliver().files:
            if row.kind in contents:
                contents[row.kind].append(self.workspace.mailbox.path(row.folder, row.name).read_bytes())
        self.sent.remittances += contents["835"]
        self.sent.nacha += contents["ach"]
        for content in contents["835"]:
            for remittance in read_remittances(content):
                self.receivables.post(remittance)
        deposits = [each for content in contents["ach"] for each in read_nacha(content)]
        deposits += [each for content in contents["checks"] for each in read_checks(content)]
        self.cash.receive(deposits)
        return deposits

    def _send_back(self, day: date) -> None:
        """Let the bank send EFTs back, or stop checks: of this run, to be voided or reissued, or an earlier one."""
        newest = {each.trace_number for each in self._newest}
        earlier = [each for trace, each in self.cash.receipts.items() if each.entry_trace and trace not in newest]
        if earlier and self._chance.random() < RETURNED_LATE:
            self._come_back(self._chance.choice(earlier), day, reissued=True)
            self.did["EFT returned late"] += 1
        for deposit in self._newest:
            if self._chance.random() < (RETURNED if deposit.entry_trace else STOPPED):
                self._come_back(deposit, day, reissued=self._chance.random() < REISSUED)
                self.did["EFT returned" if deposit.entry_trace else "check stopped"] += 1

    def _come_back(self, deposit: Deposit, day: date, *, reissued: bool) -> None:
        trace = deposit.trace_number
        if deposit.entry_trace and not self._return(deposit, self.receivables.expected()[trace], day):
            self.did["not told apart from another entry"] += 1
            return
        self.cash.came_back(trace)
        if reissued:
            jobs = self.jobs(day)
            jobs.reissue(trace, "came back")
            self._delivered(jobs)
        else:
            void(self.workspace.books, context_for(day), trace, "came back")
            if not deposit.to_member:
                self.receivables.undo(trace)
        self.did["reissued" if reissued else "voided"] += 1

    def _return(self, deposit: Deposit, remittance: Remittance, day: date) -> bool:
        """Import the return of an EFT; say whether it was taken.

        Files of one day begin their trace numbers anew: two entries of one payee and amount may not be told apart.
        """
        routing, account = remittance.payee_account
        code = self._chance.choice(BACK_BY)
        cents, effective = int(deposit.amount * 100), f"{deposit.dated:%y%m%d}"
        back = Back(code, deposit.entry_trace, cents, account, routing[:8], effective=effective)
        content = return_file([[back]], f"{day:%y%m%d}")
        terms = ReturnTerms(
            codes=load_return_codes(mapping("payments/ach_returns.yaml").read_bytes(), day),
            enrollment=load_enrollment_terms(mapping("payments/eft_enrollment.yaml").read_bytes(), day),
        )
        with self.workspace.books.writing(context_for(day)) as work:
            imported = import_returns(work, content, hashlib.sha256(content).hexdigest(), terms, "returns.ach")
        told = [each.outcome for each in imported.returns], [each.code for each in imported.findings]
        assert imported.is_again or told in ((["returned"], []), (["repeated"], []), ([], ["ach-return-unknown"])), told
        return told == (["returned"], [])
