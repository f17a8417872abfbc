"""Claims and their decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    tuple_,
    update,
)

from hpedi.adjudication.decision import ClaimDecision, TrailStep
from hpedi.claims.claim import ReceivedClaim
from hpedi.identifiers import npi
from hpedi.inquiries.status_search import compared_member_id
from hpedi.pipeline.records import StoredClaim, StoredDecision, Total
from hpedi.pipeline.sought import ClaimsAsked, ClaimSought, StandingSought
from hpedi.safekeeping.vault import Vault
from hpedi.store.among import among, among_named
from hpedi.store.denials import INSERT_DENIALS, denial_rows
from hpedi.store.encoding import decode, encode
from hpedi.store.in_batches import in_batches
from hpedi.store.inserts import Insert
from hpedi.store.tables import claim, decision, paid_decision, payment, receipt
from hpedi.transactions.remittance_835.model import REVERSAL

FINALISATION = "finalisation"

_INSERT_CLAIMS = Insert(
    claim, "control_number", "receipt", "ordinal", "state", "usage", "charged", "sealed", "note", "billing_npi",
    "patient_account", "service_date", "member_id",
)  # fmt: skip
_INSERT_DECISIONS = Insert(
    decision, "ordinal", "control_number", "version", "snapshot", "decided_on", "provider", "member", "plan", "status",
    "status277", "charged", "paid", "patient_responsibility", "sealed", "sealed_trail", "allowed", counter=FINALISATION,
)  # fmt: skip
_WAITING: Final[Select[Any]] = (
    select(*(claim.c[name] for name in ("control_number", "receipt", "ordinal", "state", "note", "sealed")))
    .join(receipt, receipt.c.id == claim.c.receipt)
    .where(claim.c.state == "accepted", claim.c.usage == "P", receipt.c.published)
    .order_by(claim.c.receipt, claim.c.ordinal)
)

_IS_PAID: Final = and_(
    paid_decision.c.control_number == decision.c.control_number, paid_decision.c.version == decision.c.version
)


def _asked_by(key: ColumnElement[Any], *more: ColumnElement[bool]) -> Select[Any]:
    """Select claims by `keys`, of the billing providers `npis`.

    By a subquery, so that a planner without statistics does not start at all claims of a provider.
    """
    column = claim.c
    numbers = select(column.control_number).where(among_named(key, "keys"), *more)
    seen = among_named(column.billing_npi, "npis")
    found = select(claim).join(receipt, receipt.c.id == column.receipt)
    return found.where(receipt.c.published, seen, column.control_number.in_(numbers))


_BY_NUMBER: Final = _asked_by(claim.c.control_number)
_BY_ACCOUNT: Final = _asked_by(claim.c.patient_account)
_BY_MEMBER: Final = _asked_by(claim.c.member_id, claim.c.service_date.between(bindparam("since"), bindparam("until")))


class StoredClaims:
    """Claims kept as sealed rows."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._vault = vault

    def stage(self, claims: Sequence[StoredClaim]) -> None:
        """Keep claims of an unpublished receipt."""
        _INSERT_CLAIMS(self._connection, [self._row(stored) for stored in claims])

    def _row(self, stored: StoredClaim) -> tuple[object, ...]:
        number, sent = stored.received.payer_claim_control_number, stored.received.claim
        return (
            number,
            stored.receipt,
            stored.ordinal,
            stored.state,
            "T" if stored.received.test else "P",
            sent.charged,
            self._vault.seal(encode(stored.received), f"claim/{number}"),
            stored.note,
            sent.billing.npi if npi.is_valid(sent.billing.npi) else "",
            patient_account_digest(self._vault, sent.patient_control_number),
            sent.first_date if sent.lines else None,
            member_id_digest(self._vault, sent.subscriber.member_id),
        )

    def refuse(self, receipt: int, first_ordinal: int, last_ordinal: int, note: str) -> None:
        """Refuse staged claims whose transaction set turned out refused."""
        in_set = claim.c.ordinal.between(first_ordinal, last_ordinal)
        self._connection.execute(
            update(claim).where(claim.c.receipt == receipt, in_set).values(state="refused", note=note)
        )

    def drop(self, receipt: int) -> None:
        """Drop the staged claims of a receipt that takes nothing."""
        self._connection.execute(claim.delete().where(claim.c.receipt == receipt))

    def next_to_decide(self, limit: int) -> tuple[StoredClaim, ...]:
        """Return the next accepted claims of published production receipts, in order of receipt and position.

        Whoever else decides waits for those that are taken here, and then takes the ones after them.
        """
        return self._read(_WAITING.limit(limit).with_for_update(of=claim))

    def last_to_decide(self) -> int:
        """Return the receipt of the last claim that waits; 0 where none does."""
        last = _WAITING.order_by(None).order_by(claim.c.receipt.desc(), claim.c.ordinal.desc()).limit(1)
        return self._connection.execute(last.with_only_columns(claim.c.receipt)).scalar() or 0

    def waiting_after(self, receipt: int, ordinal: int, limit: int) -> tuple[StoredClaim, ...]:
        """Return the accepted claims that come after a position, likewise, and hold none."""
        return self._read(_WAITING.where(tuple_(claim.c.receipt, claim.c.ordinal) > (receipt, ordinal)).limit(limit))

    def take(self, control_numbers: Sequence[str]) -> tuple[StoredClaim, ...]:
        """Return those of some claims that still are accepted, likewise; they are held until the transaction ends."""
        return self._read(_WAITING.where(among(claim.c.control_number, control_numbers)).with_for_update(of=claim))

    def _read(self, query: Select[tuple[object, ...]]) -> tuple[StoredClaim, ...]:
        return tuple(self._claim(row) for row in self._connection.execute(query).all())

    def find(self, control_number: str) -> StoredClaim | None:
        """Return a claim by our control number."""
        row = self._connection.execute(select(claim).where(claim.c.control_number == control_number)).first()
        return None if row is None else self._claim(row)

    def sought(self, sought: ClaimSought, npis: Sequence[str] | None, at_most: int) -> tuple[StoredClaim, ...]:
        """Return claims of published receipts that some billing providers sent (None: any), newest service first."""
        column = claim.c
        conditions = (
            (bool(sought.number), column.control_number == sought.number),
            (
                bool(sought.patient_account),
                column.patient_account == patient_account_digest(self._vault, sought.patient_account),
            ),
            (sought.since is not None, column.service_date >= (sought.since or date.min)),
            (sought.until is not None, column.service_date <= (sought.until or date.max)),
            (npis is not None, column.billing_npi.in_(npis or ())),
        )
        wanted = and_(receipt.c.published, *(condition for is_asked, condition in conditions if is_asked))
        rows = select(claim).join(receipt, receipt.c.id == column.receipt).where(wanted)
        newest = rows.order_by(column.service_date.desc(), column.control_number.desc()).limit(at_most)
        return tuple(self._claim(row) for row in self._connection.execute(newest))

    def asked(self, asked: ClaimsAsked) -> tuple[StoredClaim, ...]:
        """Return claims of published receipts that are asked about, in the order of their numbers."""
        accounts = [patient_account_digest(self._vault, each) for each in asked.patient_accounts]
        members = [member_id_digest(self._vault, each) for each in asked.members if each]
        days = {"since": asked.since, "until": asked.until}
        ways: tuple[tuple[Select[Any], Sequence[str], dict[str, date]], ...] = (
            (_BY_NUMBER, asked.numbers, {}),
            (_BY_ACCOUNT, accounts, {}),
            (_BY_MEMBER, members, days),
        )
        found: dict[str, StoredClaim] = {}
        for query, keys, more in ways:
            if keys:
                rows = self._connection.execute(query, {"keys": sorted(set(keys)), "npis": list(asked.npis), **more})
                found.update((row.control_number, self._claim(row)) for row in rows if row.control_number not in found)
        return tuple(found[number] for number in sorted(found))

    def _claim(self, row: Row[tuple[object, ...]]) -> StoredClaim:
        return StoredClaim(
            received=open_claim(self._vault, row.control_number, row.sealed),
            receipt=row.receipt,
            ordinal=row.ordinal,
            state=row.state,
            note=row.note,
        )

    def finalise(self, decisions: Sequence[tuple[ReceivedClaim, ClaimDecision]], decided_on: date) -> None:
        """Store decisions in their order of finalisation; their claims are to be marked decided (`close`)."""
        rows = [self._decision_row(place, made, decided_on) for place, (_received, made) in enumerate(decisions)]
        _INSERT_DECISIONS(self._connection, rows)
        INSERT_DENIALS(self._connection, [row for _received, made in decisions for row in denial_rows(made)])

    def _decision_row(self, place: int, made: ClaimDecision, decided_on: date) -> tuple[object, ...]:
        number = made.payer_claim_control_number
        return (
            place,
            number,
            made.version,
            made.snapshot,
            decided_on,
            made.provider,
            made.member,
            made.plan,
            made.status,
            made.status277,
            made.charged,
            made.paid,
            made.patient_responsibility,
            self._vault.seal(encode(replace(made, trail=())), f"decision/{number}/{made.version}"),
            self._vault.seal(encode(made.trail), f"trail/{number}/{made.version}"),
            made.allowed,
        )

    def close(self, control_numbers: Sequence[str]) -> None:
        """Mark claims decided."""
        self._mark(control_numbers, "decided")

    def reopen(self, control_number: str) -> None:
        """Let a claim that waits be decided next."""
        self._mark([control_number], "accepted")

    def _mark(self, control_numbers: Sequence[str], state: str, note: str = "") -> None:
        if control_numbers:
            marked = update(claim).where(among(claim.c.control_number, control_numbers))
            self._connection.execute(marked.values(state=state, note=note))

    def totals(self) -> tuple[Total, ...]:
        """Add up claims of published receipts by state and, where they pend or are refused, why."""
        rows = self._connection.execute(
            select(claim.c.state, claim.c.note, func.count(), func.sum(claim.c.charged))
            .join(receipt, receipt.c.id == claim.c.receipt)
            .where(receipt.c.published)
            .group_by(claim.c.state, claim.c.note)
            .order_by(claim.c.state, claim.c.note)
        )
        return tuple(
            Total(kind=f"{state}: {note}" if note else state, count=count, charged=charged)
            for state, note, count, charged in rows
        )


class StoredDecisions:
    """Decisions kept as sealed rows."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._vault = vault

    def payees(self, run: int) -> tuple[str, ...]:
        """Return the providers that a payment run pays, in the order of their first decisions."""
        providers = select(decision.c.provider).where(decision.c.payment_run == run).group_by(decision.c.provider)
        return tuple(self._connection.execute(providers.order_by(func.min(decision.c.ordinal))).scalars())

    def of_run(self, run: int, payee: str) -> Iterator[StoredDecision]:
        """Return the decisions for which a payment run pays a provider, in order of finalisation."""
        return self._read(_decisions().where(decision.c.payment_run == run, decision.c.provider == payee))

    def find(self, control_number: str) -> tuple[StoredDecision, ...]:
        """Return every version of a claim's decision."""
        query = _decisions(decision.c.sealed_trail).where(decision.c.control_number == control_number)
        return tuple(self._read(query, self._with_trail))

    def of_claims(self, control_numbers: Sequence[str]) -> Iterator[StoredDecision]:
        """Yield every version of claims' decisions, those of a claim in their order; the trail only of reversals."""
        for batch in in_batches(control_numbers):  # its decisions are at hand at once
            yield from self._read(_OF_CLAIMS.params(keys=list(batch)), self._with_trail_of_reversal)

    def standing(self, sought: StandingSought, at_most: int) -> tuple[StoredDecision, ...]:
        """Return decisions that stand, in order of finalisation: the newest of their claims, and no reversal."""
        newer = decision.alias("newer")
        is_newest = ~exists().where(
            newer.c.control_number == decision.c.control_number, newer.c.version > decision.c.version
        )
        query = _decisions().where(is_newest, decision.c.status != REVERSAL, *_standing_conditions(sought))
        if not sought.claims:
            return tuple(self._read(query.limit(at_most)))
        return tuple(self._read(query.where(among(decision.c.control_number, sought.claims))))

    def members_served(self, since: date, until: date, after: str, at_most: int) -> tuple[str, ...]:
        """Return members of decided claims with a first day of service in a span, in order, after one."""
        served = select(decision.c.member).distinct().join(claim, claim.c.control_number == decision.c.control_number)
        served = served.where(claim.c.service_date.between(since, until), decision.c.member > after)
        return tuple(self._connection.execute(served.order_by(decision.c.member).limit(at_most)).scalars())

    def members_paid(self, trace_number: str) -> tuple[str, ...]:
        """Return whose decisions a payment paid, by its check or EFT number; each once, in their order."""
        members = select(decision.c.member).distinct().join(paid_decision, _IS_PAID)
        members = members.join(payment, payment.c.id == paid_decision.c.payment)
        of_payment = members.where(payment.c.trace_number == trace_number).order_by(decision.c.member)
        return tuple(self._connection.execute(of_payment).scalars())

    def of_payment(self, payment: int) -> Iterator[StoredDecision]:
        """Return the decisions that a payment paid, in order."""
        return self._read(_decisions().join(paid_decision, _IS_PAID).where(paid_decision.c.payment == payment))

    def totals(self) -> tuple[Total, ...]:
        """Add up decisions by claim status for a 277."""
        column = decision.c
        rows = self._connection.execute(
            select(column.status277, func.count(), func.sum(column.charged), func.sum(column.paid))
            .group_by(column.status277)
            .order_by(column.status277)
        )
        return tuple(
            Total(kind=status277 or "reversal", count=count, charged=charged, paid=paid)
            for status277, count, charged, paid in rows
        )

    def _read(
        self, query: Select[tuple[object, ...]], made_of: Callable[[DecisionRow], ClaimDecision] | None = None
    ) -> Iterator[StoredDecision]:
        made_of = made_of or self._without_trail
        for row in self._connection.execute(query.order_by(decision.c.ordinal)):
            yield StoredDecision(
                received=replace(open_claim(self._vault, row.control_number, row.claim_sealed), version=row.version),
                decision=made_of(row),
                ordinal=row.ordinal,
                decided_on=row.decided_on,
                payment_run=row.payment_run,
            )

    def _without_trail(self, row: DecisionRow) -> ClaimDecision:
        return decode(ClaimDecision, self._vault.open(row.sealed, f"decision/{row.control_number}/{row.version}"))

    def _with_trail_of_reversal(self, row: DecisionRow) -> ClaimDecision:
        return self._without_trail(row) if row.sealed_trail is None else self._with_trail(row)

    def _with_trail(self, row: DecisionRow) -> ClaimDecision:
        trail = self._vault.open(row.sealed_trail, f"trail/{row.control_number}/{row.version}")
        return replace(self._without_trail(row), trail=decode(Trail, trail))


def _standing_conditions(sought: StandingSought) -> list[ColumnElement[bool]]:
    column = decision.c
    first = select(func.min(column.ordinal)).where(column.control_number == sought.after).scalar_subquery()
    conditions = (
        (bool(sought.provider), column.provider == sought.provider),
        (bool(sought.member), column.member == sought.member),
        (bool(sought.members) or bool(sought.after), column.member.in_(sought.members)),
        (bool(sought.plan), column.plan == sought.plan),
        (sought.since is not None, claim.c.service_date >= (sought.since or date.min)),
        (sought.until is not None, claim.c.service_date <= (sought.until or date.max)),
        (bool(sought.after), column.ordinal > first),
    )
    return [condition for is_asked, condition in conditions if is_asked]


Trail: TypeAlias = tuple[TrailStep, ...]
DecisionRow: TypeAlias = Row[tuple[object, ...]]


def _decisions(*more: ColumnElement[bytes]) -> Select[tuple[object, ...]]:
    """Select decisions with their claims; the trail, which is longer than all else, only where it is asked for."""
    column = decision.c
    columns = (
        column.control_number,
        column.version,
        column.ordinal,
        column.decided_on,
        column.payment_run,
        column.sealed,
    )
    return select(*columns, claim.c.sealed.label("claim_sealed"), *more).join(
        claim, claim.c.control_number == decision.c.control_number
    )


_OF_CLAIMS: Final = _decisions(
    case((decision.c.status == REVERSAL, decision.c.sealed_trail)).label("sealed_trail")
).where(among_named(decision.c.control_number, "keys"))


def patient_account_digest(vault: Vault, patient_control_number: str) -> str:
    """Return what stands in the row of a claim for its sender's number (CLM01), to find it by."""
    return vault.digest(patient_control_number.encode(), "patient account")


def member_id_digest(vault: Vault, member_id: str) -> str:
    """Return what stands in the row of a claim for its subscriber's member id, to find it by; empty for none."""
    compared = compared_member_id(member_id)
    return vault.digest(compared.encode(), "claim member") if compared else ""


def open_claim(vault: Vault, number: str, sealed: bytes) -> ReceivedClaim:
    """Open a sealed claim row."""
    return decode(ReceivedClaim, vault.open(sealed, f"claim/{number}"))
