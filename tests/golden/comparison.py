"""Compares what came of a golden run with what was expected, number by number (FORMAT.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hpedi.adjudication.correction import decision_id
from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey
from hpedi.claims.adjustment import Adjustment
from hpedi.transactions.remittance_835.model import ClaimPayment, PaymentMethod, Remittance, ServicePayment
from tests.golden.books_comparison import books_differences
from tests.golden.funding_comparison import funding_differences
from tests.golden.harness import Decided, Harness, Remitted

Json = Any


def differences(expect: Json, harness: Harness, world: Json, not_asserted: Sequence[str]) -> list[str]:
    """Return everything in which a run came out otherwise than expected."""
    labels = _labels(harness.decided(), expect["claims"])
    return [
        *_of_claims(expect["claims"], harness.decided(), not_asserted),
        *_of_pended(expect["pended"], harness),
        *_of_remits(expect["remits"], expect["claims"], harness, world),
        *_of_accumulators(expect["accumulators"], harness, not_asserted),
        *_of_payee_balances(expect["provider_balances"], harness),
        *_of_authorizations(expect["authorizations"], harness),
        *funding_differences(expect["ledger"], harness.funding(), labels),
        *books_differences(expect, harness, labels),
    ]


def _labels(decided: Sequence[Decided], expected: Sequence[Json]) -> Mapping[str, str]:
    return {f"claim:{decision_id(each.decision)}": label_of(each, expected) for each in decided}


def _differ(what: str, expected: object, seen: object) -> Iterator[str]:
    if expected != seen:
        yield f"{what}: expected {expected}, got {seen}"


# --- decisions -------------------------------------------------------------------------------------------------------


def _of_claims(expected: Sequence[Json], decided: Sequence[Decided], not_asserted: Sequence[str]) -> Iterator[str]:
    seen = [(label_of(each, expected), each) for each in decided]
    yield from _differ("claims decided", [each["claim"] for each in expected], [label for label, _each in seen])
    by_label = dict(seen)
    for claim in expected:
        if claim["claim"] in by_label:
            yield from claim_differences(claim, by_label[claim["claim"]].decision, not_asserted)


def label_of(decided: Decided, expected: Sequence[Json]) -> str:
    """Return the label that a scenario gives a decision: a reversal and a payer's correction have one of their own."""
    if decided.decision.version == 1:
        return decided.label
    kind = decided.decision.kind
    return next((each["claim"] for each in expected if (each["kind"], each["of"]) == (kind, decided.label)), "none")


def claim_differences(expected: Json, decision: ClaimDecision, not_asserted: Sequence[str] = ()) -> Iterator[str]:
    """Compare a decision with the expected claim."""
    label = expected["claim"]
    yield from _differ(f"{label} kind", expected["kind"], decision.kind)
    if expected["status277"] is not None:
        yield from _differ(f"{label} 277", expected["status277"], decision.status277)
    yield from _differ(f"{label} paid to member", Decimal(expected["paid_to_member"] or 0), decision.paid_to_member)
    yield from _differ(f"{label} allowed", Decimal(expected["allowed"]), decision.allowed)
    yield from _differ(f"{label} claim cas", _cas(expected["claim_cas"]), _adjustments(decision.adjustments))
    entries = [entry for entry in decision.entries if entry.key.accumulator not in not_asserted]
    yield from _differ(f"{label} counts of the claim", _counts(expected["counts"]), _entries(entries, 0))
    if decision.stay is not None:
        yield from _differ(f"{label} lines of a claim priced as one", [], expected["lines"])
        return
    yield from _differ(f"{label} lines", len(expected["lines"]), len(decision.lines))
    for wanted, line in zip(expected["lines"], decision.lines, strict=False):
        yield from _of_line(f"{label} line {wanted['lx']}", wanted, line)
        counted = _entries(entries, wanted["lx"])
        yield from _differ(f"{label} line {wanted['lx']} counts", _counts(wanted["counts"]), counted)


def _of_line(what: str, expected: Json, line: LineDecision) -> Iterator[str]:
    pairs = {
        "lx": (expected["lx"], line.number),
        "code": (expected["code"] or "", line.code),
        "modifiers": (tuple(expected["modifiers"]), line.modifiers),
        "dos": (date.fromisoformat(expected["dos"]), line.date),
        "units billed": (Decimal(expected["units_billed"]), line.units_billed),
        "units paid": (Decimal(expected["units_paid"]), line.units_paid),
        "charge": (Decimal(expected["charge"]), line.charged),
        "allowed": (Decimal(expected["allowed"]), line.allowed),
        "paid": (Decimal(expected["paid"]), line.paid),
        "cas": (_cas(expected["cas"]), _adjustments(line.adjustments)),
        "rarcs": (set(expected["rarcs"]), set(line.remarks)),
        "refs": (_refs(expected["refs"]), set(line.references)),
    }
    for name, (wanted, seen) in pairs.items():
        yield from _differ(f"{what} {name}", wanted, seen)


def _refs(references: Iterable[Json]) -> set[tuple[str, str]]:
    return {(each["qualifier"], each["value"]) for each in references}


def _cas(adjustments: Iterable[Json]) -> set[tuple[str, str, Decimal, Decimal]]:
    return {
        (each["group"], each["carc"], Decimal(each["amount"]), Decimal(each["quantity"] or 0)) for each in adjustments
    }


def _adjustments(adjustments: Iterable[Adjustment]) -> set[tuple[str, str, Decimal, Decimal]]:
    return {(each.group, each.carc, each.amount, each.quantity or Decimal(0)) for each in adjustments}


def _counts(counts: Iterable[Json]) -> dict[AccumulatorKey, Decimal]:
    return {_key(each): Decimal(each["amount"]) for each in counts}


def _key(row: Json) -> AccumulatorKey:
    return AccumulatorKey(row["plan"], row["acc"], row["owner"], date.fromisoformat(row["period"]))


def _entries(entries: Iterable[AccumulatorEntry], line: int) -> dict[AccumulatorKey, Decimal]:
    return {entry.key: entry.amount for entry in entries if entry.source.endswith(f"/{line}")}


def _of_pended(expected: Sequence[Json], harness: Harness) -> Iterator[str]:
    wanted = [(each["claim"], each["reason"], each["status277"]) for each in expected]
    seen = [(each.label, each.pend.reason, each.pend.status277) for each in harness.pended()]
    yield from _differ("pended", wanted, seen)


# --- remittances -----------------------------------------------------------------------------------------------------


def _of_remits(expected: Sequence[Json], claims: Sequence[Json], harness: Harness, world: Json) -> Iterator[str]:
    seen = harness.remitted()
    yield from _differ("remits", len(expected), len(seen))
    providers = {provider["id"]: provider["npi"] for provider in world["providers"]}
    by_label = {claim["claim"]: claim for claim in claims}
    ordered = _in_expected_order(expected, seen, providers)
    names = _names(expected, ordered, by_label)
    for wanted, remitted in zip(expected, ordered, strict=False):
        yield from _of_remit(wanted, remitted, providers)
        yield from _of_references(wanted, remitted, names)
        wanted_claims = [by_label[label] for label in wanted["claims"]]
        yield from _differ(f"{wanted['trn']} claims", len(wanted_claims), len(remitted.remittance.claims))
        for claim, payment in zip(wanted_claims, remitted.remittance.claims, strict=False):
            yield from _of_claim_payment(f"{wanted['trn']} {claim['claim']}", claim, payment)


def _in_expected_order(
    expected: Sequence[Json], seen: Sequence[Remitted], providers: Mapping[str, str]
) -> list[Remitted]:
    """Sort the remits of one step as the scenario lists its payees, who have no order among themselves."""
    places = {(each["step"], providers[each["payee"]]): index for index, each in enumerate(expected)}
    return sorted(seen, key=lambda each: places.get((each.step, each.remittance.payee.npi), len(places)))


def _of_remit(expected: Json, remitted: Remitted, providers: Mapping[str, str]) -> Iterator[str]:
    what, sent = expected["trn"], remitted.remittance
    zero, ach = sent.method is PaymentMethod.NONE, sent.method is PaymentMethod.ACH
    pairs = {
        "step": (expected["step"], remitted.step),
        "payee": (providers[expected["payee"]], sent.payee.npi),
        "date": (date.fromisoformat(expected["date"]), sent.payment_date),
        "bpr01": (expected["bpr01"], "H" if zero else "I"),
        "bpr02": (Decimal(expected["bpr02"]), sent.amount),
        "bpr04": (expected["bpr04"], sent.method.value),
        "eft": (expected["eft"], ach),
        "plb": (_plb(expected["plb"]), _provider_adjustments(sent)),
    }
    for name, (wanted, seen) in pairs.items():
        yield from _differ(f"{what} {name}", wanted, seen)


def _names(
    expected: Sequence[Json], ordered: Sequence[Remitted], by_label: Mapping[str, Json]
) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return what may be sent for the references of a scenario: trace numbers, and our number or the sender's."""
    names = {}
    for wanted, remitted in zip(expected, ordered, strict=False):
        names["trn", wanted["trn"]] = frozenset({remitted.remittance.trace_number})
        for label, payment in zip(wanted["claims"], remitted.remittance.claims, strict=False):
            names["claim", label] = frozenset({payment.payer_claim_control_number, by_label[label]["clp01"]})
    return names


def _of_references(
    expected: Json, remitted: Remitted, names: Mapping[tuple[str, str], frozenset[str]]
) -> Iterator[str]:
    for row, sent in zip(expected["plb"], remitted.remittance.provider_adjustments, strict=False):
        told = row["reference"]
        allowed = names.get((told["type"], told["value"]), frozenset({told["value"]}))
        yield from _differ(
            f"{expected['trn']} PLB {row['code']} refers to {told['value']}", True, sent.reference in allowed
        )


def _plb(rows: Iterable[Json]) -> list[tuple[str, Decimal]]:
    return [(row["code"], Decimal(row["amount"])) for row in rows]


def _provider_adjustments(remittance: Remittance) -> list[tuple[str, Decimal]]:
    return [(each.code, each.amount) for each in remittance.provider_adjustments]


def _of_claim_payment(what: str, expected: Json, payment: ClaimPayment) -> Iterator[str]:
    pairs = {
        "clp01": (expected["clp01"], payment.patient_control_number),
        "clp02": (expected["clp02"], payment.status),
        "clp03": (Decimal(expected["clp03"]), payment.charged),
        "clp04": (Decimal(expected["clp04"]), payment.paid),
        "clp05": (Decimal(expected["clp05"] or 0), payment.patient_responsibility or Decimal(0)),
        "clp09": (expected["clp09"], payment.frequency),
        "claim cas": (_cas(expected["claim_cas"]), _adjustments(payment.adjustments)),
        "moa": (set(expected["moa_rarcs"]), set(payment.remarks)),
        "mia": (set(expected["mia_rarcs"]), set(payment.inpatient_remarks)),
        "clp11": (expected["clp11_drg"] or "", payment.drg),
        "clp12": (Decimal(expected["clp12_weight"] or 0), payment.drg_weight or Decimal(0)),
        "amt": ({(each["qualifier"], Decimal(each["amount"])) for each in expected["amt"]}, set(payment.amounts)),
        "qty": (
            {(each["qualifier"], Decimal(each["quantity"])) for each in expected["qty"]},
            set(payment.quantities),
        ),
        "services": (len(expected["lines"]), len(payment.services)),
    }
    if expected["clp06"] is not None:
        pairs["clp06"] = (expected["clp06"], payment.claim_filing)
    for name, (wanted, seen) in pairs.items():
        yield from _differ(f"{what} {name}", wanted, seen)
    for line, service in zip(expected["lines"], payment.services, strict=False):
        yield from _of_service(f"{what} line {line['lx']}", line, service)


def _of_service(what: str, expected: Json, service: ServicePayment) -> Iterator[str]:
    pairs = {
        "svc01": ((expected["code"] or expected["rev"], *expected["modifiers"]), (service.code, *service.modifiers)),
        "rev": (
            expected["rev"] or "",
            service.revenue_code or (service.code if service.code_qualifier == "NU" else ""),
        ),
        "svc02": (Decimal(expected["charge"]), service.charged),
        "svc03": (Decimal(expected["paid"]), service.paid),
        "units": (
            (Decimal(expected["units_billed"]), Decimal(expected["units_paid"])),
            (service.units_billed, service.units_paid),
        ),
        "cas": (_cas(expected["cas"]), _adjustments(service.adjustments)),
        "rarcs": (set(expected["rarcs"]), set(service.remarks)),
        "refs": (_refs(expected["refs"]), set(service.references)),
        "dos": (date.fromisoformat(expected["dos"]), service.service_date),
    }
    for name, (wanted, seen) in pairs.items():
        yield from _differ(f"{what} {name}", wanted, seen)


# --- balances --------------------------------------------------------------------------------------------------------


def _of_accumulators(expected: Sequence[Json], harness: Harness, not_asserted: Sequence[str]) -> Iterator[str]:
    balances = harness.balances()
    for row in expected:
        if row["acc"] not in not_asserted:
            what = f"{row['acc']} of {row['owner']} from {row['period']}"
            yield from _differ(what, Decimal(row["after"]), balances.get(_key(row), Decimal(0)))
    listed = {_key(row) for row in expected}
    counted = {entry.key for each in harness.decided() for entry in each.decision.entries}
    for key in counted - listed:
        if key.accumulator not in not_asserted:
            yield f"{key.accumulator} of {key.owner} is counted to and not expected to be"


def _of_payee_balances(expected: Sequence[Json], harness: Harness) -> Iterator[str]:
    wanted = sorted(
        (row["provider"], row["kind"], Decimal(row["amount"])) for row in expected if Decimal(row["amount"])
    )
    seen = sorted((each.provider, each.kind, each.amount) for each in harness.payee_balances())
    yield from _differ("payee balances", wanted, seen)


def _of_authorizations(expected: Sequence[Json], harness: Harness) -> Iterator[str]:
    seen = harness.authorizations()
    for row in expected:
        wanted = (Decimal(row["used_after"]), Decimal(row["left"]))
        yield from _differ(f"authorization {row['id']} used and left", wanted, seen.get(row["id"]))
    used = {use.authorization for each in harness.decided() for use in each.decision.uses}
    for name in used - {row["id"] for row in expected}:
        yield f"authorization {name} is used and not expected to be"
