"""A golden world and a run's given state as a payer folder, and golden claims as claim models.

What the world says and this release does not price yet (terms of methods, conditions of policies) is left out; what
makes a claim need it stays in.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from io import StringIO
from typing import Any

import msgspec
from msgspec.structs import replace

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import (
    Attachment,
    Claim,
    Dental,
    DentalService,
    Diagnosis,
    Drug,
    Institutional,
    LineAdjudication,
    OccurrenceCode,
    OtherPayer,
    ProcedureCode,
    ServiceLine,
    ValueCode,
)
from hpedi.claims.parties import Address, Name, Patient, Payer, Provider, Subscriber
from hpedi.mappings_folder import mapping
from hpedi.money import usd
from hpedi.reference.edits import AgeEdit, CodePair, SexEdit, UnitsLimit
from hpedi.reference.policies import MedicalPolicy, PriorAuthorization
from hpedi.reference.shape import fields_of
from hpedi.service_dates import DateSpan

Json = Any

IN_FORCE = "2024-01-01"
SUBMITTER = "GOLDEN"
PARTNER = {
    "id": "golden",
    "name": "GOLDEN CLEARING",
    "isa_ids": [{"qualifier": "ZZ", "id": SUBMITTER}],
    "gs_ids": [SUBMITTER],
    "usages": ["P"],
}
# What a world leaves out of its reasons no scenario of it needs; a payer has them all the same.
USUAL_REASONS = {
    "contractual": {"group": "CO", "carc": "45"},
    "deductible": {"group": "PR", "carc": "1"},
    "coinsurance": {"group": "PR", "carc": "2"},
    "copay": {"group": "PR", "carc": "3"},
    "member_unknown": {"group": "PR", "carc": "31", "status277": "F2:33", "clp02": "4"},
    "before_coverage": {"group": "PR", "carc": "26", "status277": "F2:88"},
    "after_coverage": {"group": "PR", "carc": "27", "status277": "F2:88"},
    "timely_filing": {"group": "CO", "carc": "29", "status277": "F2:718"},
    "duplicate": {"group": "OA", "carc": "18", "status277": "F2:54"},
    "prior_payers": {"group": "OA", "carc": "23"},
    "over_charge_cob": {"group": "OA", "carc": "94"},
    "paid_to_member": {"group": "PR", "carc": "100"},
}
COST_SHARES = ("copay", "deductible", "coinsurance")
ADDRESS = {"lines": ["1 GOLDEN WAY"], "city": "BLOOMINGTON", "state": "MN", "postal_code": "554250000"}
EDIT_ROWS = {"ptp": CodePair, "mue": UnitsLimit, "sex": SexEdit, "age": AgeEdit}
BENEFIT_FIELDS = ("id", "tiers", "match", "cost_share", "exclusion", "tier_override", "limit", "note")
RECOVERY_WORDS = ("offset_same_remit", "notify_then_offset")
"""Of its recovery rules a world tells here in words what they mean."""
ELECTIVE, NO_SOURCE, DISCHARGED_HOME, ADMITTED_AT, DISCHARGED_AT = "3", "1", "01", "0800", "1100"
"""What an institutional claim must say and a golden claim may leave out."""
DENTIST = "1223G0001X"
ADMITTED_BILLS = re.compile(r"\b(\d{3})x")
"""A world says in words which types of bill are of patients who were admitted: TOB 011x."""
PROGRAM_TERMS = ("type", "percent", "base", "on_835", "group", "carc", "contracts", "pool")
PROGRAM_FIELDS = (*PROGRAM_TERMS, "interest_to", "provider_share", "cap")
WITHHOLD_FIELDS = ("id", "percent", "base", "group", "carc", "pool", "unless_program")


class NotSupported(Exception):
    """The scenario needs something that this release does not do."""


@cache
def standard_files() -> Mapping[str, bytes]:
    """Return the files of mappings/ that a payer folder is loaded with."""
    folders = {"rules": ".yaml", "code_sets": ".tsv"}
    return {
        f"{folder}/{file.name}": file.read_bytes()
        for folder, ending in folders.items()
        for file in mapping(folder).iterdir()
        if file.name.endswith(ending)
    }


def payer_folder(world: Json, given: Json) -> Mapping[str, bytes]:
    """Return the files of the payer folder of a world in a given state."""
    sections = {
        "payer": _payer(world),
        "conventions": [_conventions(world)],
        "reasons": [_reason(name, codes) for name, codes in {**USUAL_REASONS, **world["reason_codes"]}.items()],
        "plans": [_plan(plan) for plan in world["plans"]],
        "providers": [_provider(provider) for provider in world["providers"]],
        "contracts": [_contract(contract) for contract in world["contracts"]],
        "employers": [_employer(employer, given.get("employer_accounts", ())) for employer in world["employers"]],
        "partners": [PARTNER],
        "edits": _edits(world["edit_tables"]),
        "rules": [_prompt_pay(world["prompt_pay"])],
        "policies": _policies(world["policies"]),
    }
    # JSON is YAML without anchors.
    return {
        "payer.yaml": json.dumps(sections, indent=1).encode(),
        "members.csv": _members(world),
        "coverage.csv": _table(["member", "plan", "coverage_tier", "from", "to", "added_on"], given["coverage"]),
        "other-coverage.csv": _table(
            ["member", "payer_name", "payer_id", "order", "from", "to"], given["other_coverage"]
        ),
        "fee-schedules.csv": _fees(world["fee_schedules"]),
        "drg-tables.csv": _drgs(world["drg_tables"]),
        "apc-tables.csv": _apcs(world["apc_tables"]),
        "opening-payee-balances.csv": _payee_balances(given["provider_balances"]),
        "opening-balances.csv": _balances(given, world["plans"]),
        "authorizations.csv": _authorizations(given["authorizations"]),
    }


def _payer(world: Json) -> Json:
    payer = world["payer"]
    return {
        "name": payer["name"],
        "payer_id": payer["payer_id"],
        "ein": payer["ein"],
        "claim_filing": world["conventions"]["clp06"],
        "state": payer["state"],
        "address": ADDRESS,
        "contact": {"name": "PROVIDER SERVICES", "phone": "9525550100"},
        "identities": [{"isa_qualifier": "ZZ", "isa_id": payer["payer_id"], "gs_id": payer["payer_id"]}],
        "ach": {
            "odfi_routing": payer["odfi_routing"],
            "odfi_name": "GOLDEN BANK",
            "company_name": payer["ach_company_name"],
            "company_id": payer["company_id"],
        },
        "accounts": [{"from": IN_FORCE, "routing": payer["odfi_routing"], "account": payer["odfi_account"]}],
        "approval_limits": [{"from": IN_FORCE, "limit": "99999999.00"}],
        "calendar": {
            "ach_holidays": world["calendar"]["ach_holidays"],
            "weekend": [str(day) for day in world["calendar"]["weekend"]],
        },
    }


def _conventions(world: Json) -> Json:
    said = world["conventions"]
    order = list(said["edit_order"])
    last = order.index("benefit_maximum") if "benefit_maximum" in order else len(order)
    reasons = {**USUAL_REASONS, **world["reason_codes"]}
    parts = {(reasons[name]["group"], reasons[name]["carc"]): name for name in COST_SHARES}
    return {
        "from": IN_FORCE,
        "edit_order": [*order[:last], "unlisted_code", *order[last:]],
        "duplicate": world["edit_tables"]["duplicate"],
        "emergency": {**_only(said["emergency"], "revenue_codes", "pos"), "benefit_tier": "INN"},
        "clp02": {"P": said["clp02"]["primary"], "S": said["clp02"]["secondary"], "T": said["clp02"]["tertiary"]},
        "status277": {
            **_only(said["status277"], "paid", "zero_cost_share"),
            "pended": "P2:46",
            "corrected": said["status277"]["correction"],
        },
        "oop_counts": [parts[group, carc] for group, carc in said["oop_counts"]],
        "oop_cap_removes": said["oop_cap_removes"],
        "oop_cap_remark": said["oop_cap_remark"],
        "admitted_tob_prefixes": ADMITTED_BILLS.findall(said.get("admitted", "")),
        "replacing": ["7"],
        "voiding": ["8"],
        "not_on_corrections": ["timely_filing", "duplicate"],
        "recovery": {name: rule for name, rule in world["recovery_rules"].items() if name not in RECOVERY_WORDS},
    }


def _prompt_pay(said: Json) -> Json:
    """The rule takes the place of the standard one."""
    values = {"days": {"value": str(said["days"])}, "rate_per_month": {"value": said["rate_per_month"]}}
    parameters = [
        {"name": name, "from": IN_FORCE, "source": said["source"], **value}
        for name, value in {**values, "funding": {"values": said["funding"]}}.items()
    ]
    return {"rule": "prompt_pay", "description": "prompt pay", "date": "receipt", "parameters": parameters}


def _reason(name: str, codes: Json) -> Json:
    written = {**codes, "reason": name, "from": IN_FORCE}
    if "clean_claim" in written:
        written["clean_claim"] = bool(written["clean_claim"])
    return written


def _plan(plan: Json) -> Json:
    version = {
        "from": plan["benefit_year"]["first_start"],
        "funding": plan["funding"],
        "benefit_year": _only(plan["benefit_year"], "type", "start_month_day"),
        "family_tier": plan["family_tier"],
        "accumulators": [_only(each, "id", "kind", "scope", "tier", "limit") for each in plan["accumulators"]],
        "benefits": [_only(each, *BENEFIT_FIELDS) for each in plan["benefits"]],
        "cob": plan["cob"],
        "carry_over": plan["carry_over"],
        "newborn_rule": plan["newborn_rule"],
    }
    return {**_only(plan, "id", "name", "line_of_business"), "versions": [version]}


def _provider(provider: Json) -> Json:
    accounts = [{"from": IN_FORCE, **provider["eft"]}] if provider.get("eft") else []
    said = _only(provider, "id", "name", "npi", "kind", "designated_online", "rendering")
    return {**said, "tax_id": provider["tin"], "address": ADDRESS, "accounts": accounts}


def _contract(contract: Json) -> Json:
    written = {
        **_only(contract, "id", "provider", "network", "lines_of_business"),
        "from": contract["effective_from"],
        "to": contract["effective_to"],
        "rates": contract["rates"],
        "withholds": [_only(each, *WITHHOLD_FIELDS) for each in contract["withholds"]],
    }
    if contract.get("timely_filing"):
        written["timely_filing"] = _only(contract["timely_filing"], "days", "from", "inclusive", "exceptions")
    return written


def _employer(employer: Json, accounts: Sequence[Json]) -> Json:
    programs = [
        {name: value for name, value in _only(program, *PROGRAM_FIELDS).items() if value is not None}
        for program in employer["programs"]
    ]
    own = [
        {**_only(account, "from", "routing", "account"), "kind": "DA"}
        for account in accounts
        if account["employer"] == employer["id"]
    ]
    return {**_only(employer, "id", "name"), "programs": programs, "accounts": own}


def _edits(tables: Json) -> Json:
    component = tables.get("component", {})
    return {
        **_only(tables, "procedure_indicators", "ptp_bypass_modifiers"),
        **{name: [_known(each, kind) for each in tables[name]] for name, kind in EDIT_ROWS.items() if name in tables},
        **({"component_modifiers": component["modifiers"]} if component else {}),
        **_only(component, "global_after_component", "component_after_global"),
        "ndc_required": [each if isinstance(each, dict) else {"code": each} for each in tables.get("ndc_required", ())],
    }


def _policies(policies: Json) -> Json:
    return {
        "prior_auth": [_known(each, PriorAuthorization) for each in policies["prior_auth"]["list"]],
        "exempt_emergency": policies["prior_auth"]["exempt_emergency"],
        "medical": [_known(each, MedicalPolicy) for each in policies["medical"]],
    }


def _authorizations(given: Iterable[Json]) -> bytes:
    rows = [
        {
            **each,
            "codes": " ".join(each["codes"] or ()),
            "tob_prefixes": " ".join(each["tob_prefixes"] or ()),
        }
        for each in given
    ]
    columns = [
        "id",
        "member",
        "provider",
        "codes",
        "tob_prefixes",
        "units_approved",
        "unit",
        "units_used",
        "from",
        "to",
    ]
    return _table([*columns, "status"], rows)


def _members(world: Json) -> bytes:
    rows = [{**member, "birth_date": member["dob"]} for member in world["members"]]
    columns = ["id", "family", "subscriber", "relationship", "member_id", "last", "first", "birth_date", "sex"]
    return _table(columns, rows)


def _fees(schedules: Iterable[Json]) -> bytes:
    rows = []
    for schedule in schedules:
        for version in schedule["versions"]:
            for key, fee in version["fees"].items():
                code, _, modifier = key.partition("-")
                priced = {"code": code, "modifier": modifier, "fee": fee}
                rows.append({**version, "fee_schedule": schedule["id"], **priced})
    return _table(["fee_schedule", "version", "from", "to", "code", "modifier", "fee"], rows)


def _drgs(tables: Iterable[Json]) -> bytes:
    rows = [
        {
            "drg_table": table["id"],
            "version": table["grouper"],
            "from": table.get("from", IN_FORCE),
            "to": table.get("to"),
            "drg": drg,
            "weight": weight,
        }
        for table in tables
        for drg, weight in table["weights"].items()
    ]
    return _table(["drg_table", "version", "from", "to", "drg", "weight"], rows)


def _apcs(tables: Iterable[Json]) -> bytes:
    rows = []
    for table in tables:
        for key, row in table["rows"].items():
            code, _, modifier = key.partition("-")
            rows.append({**table, "apc_table": table["id"], "version": "1", "code": code, "modifier": modifier, **row})
    return _table(["apc_table", "version", "from", "to", "code", "modifier", "apc", "status", "rate"], rows)


def _balances(given: Json, plans: Iterable[Json]) -> bytes:
    """Write what was used before: what entries date by their days, the rest without a day."""
    used = {(each["plan"], each["acc"], each["owner"], each["period"]): each["used"] for each in given["accumulators"]}
    rest = {key: Decimal(amount) for key, amount in used.items()}
    years = {plan["id"]: plan["benefit_year"] for plan in plans}
    rows = []
    for index, entry in enumerate(given["accumulator_entries"], 1):
        counter = (entry["plan"], entry["acc"], entry["owner"])
        key = (*counter, _period_of(entry["dos"], years[entry["plan"]]))
        rest[key] = rest.get(key, Decimal(0)) - Decimal(entry["amount"])
        rows.append((*key, entry["amount"], f"entry {index}", entry["dos"]))
    rows += [(*key, str(amount), "given", "") for key, amount in rest.items() if amount > 0]
    columns = ["plan", "accumulator", "owner", "period", "amount", "reference", "date"]
    return _table(columns, [dict(zip(columns, row, strict=True)) for row in rows])


def _period_of(day: str, benefit_year: Json) -> str:
    start = "01-01" if benefit_year["type"] == "calendar" else benefit_year["start_month_day"]
    year = int(day[:4]) - (day[5:] < start)
    return f"{year}-{start}"


def _payee_balances(balances: Iterable[Json]) -> bytes:
    rows = [{**each, "reference": each["reference"]["value"]} for each in balances]
    return _table(["provider", "kind", "reference", "amount"], rows)


def _table(columns: Sequence[str], rows: Iterable[Json]) -> bytes:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(["" if row.get(name) is None else row[name] for name in columns] for row in rows)
    return text.getvalue().encode()


def _known(piece: Json, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return what of a row our format has: notes and titles are left out."""
    return _only(piece, *fields_of(kind))


def _only(piece: Json, *keys: str) -> dict[str, Any]:
    return {key: piece[key] for key in keys if key in piece}


def claim_of(claim: Json, world: Json, control_numbers: Mapping[str, str]) -> Claim:
    """Return a golden claim as a claim model.

    Args:
        claim: The claim of a receive_claim step.
        world: The world it belongs to.
        control_numbers: Our control number of each claim label received so far.

    Raises:
        NotSupported: It is of a type that nobody sends.
    """
    if claim["type"] not in _OF_TYPE:
        raise NotSupported(f"claims of type {claim['type']}")
    provider = next(each for each in world["providers"] if each["id"] == claim["billing_provider"])
    original = claim["original_reference_f8"]
    made = Claim(
        patient_control_number=claim["clm01"],
        charged=usd(claim["clm02"]),
        place_of_service=claim["pos"] or "",
        frequency=claim["frequency"],
        assignment=claim["clm07_assignment"],
        benefits_assigned=claim["clm08_benefits_assigned"],
        release_of_information=claim["clm09_release"],
        related_causes=tuple(claim["clm11_related_causes"]),
        submitter_id=SUBMITTER,
        billing=_billing(provider, claim["billing_npi"]),
        subscriber=_subscriber(claim),
        payer=Payer(name=world["payer"]["name"], id=world["payer"]["payer_id"]),
        patient=_patient(claim),
        diagnoses=tuple(_diagnosis(each) for each in claim["diagnoses"]),
        accident_date=_day(claim["accident_date"]),
        admission_date=_day(claim["admission_date"]),
        discharge_date=_day(claim["discharge_date"]) if claim["type"] == "P" else None,
        original_reference=control_numbers[original["claim"]] if original else "",
        prior_authorization=claim["prior_authorization_g1"] or "",
        attachments=tuple(_attachment(each) for each in claim["attachments_pwk"]),
        other_payers=tuple(_other_payer(each, claim) for each in claim["other_payers"]),
        lines=tuple(_line(each, claim, index) for index, each in enumerate(claim["lines"], 1)),
    )
    return _OF_TYPE[claim["type"]](replace(made, rendering=_person(provider, claim["rendering_npi"])), claim, provider)


def _institutional(made: Claim, claim: Json, provider: Json) -> Claim:
    """An inpatient has an admitting diagnosis, a procedure an operating physician: the principal one, the attending."""
    attending = _person(provider, claim["attending_npi"])
    admitting = Diagnosis(qualifier="ABJ", code=made.diagnoses[0].code)
    told = Institutional(
        facility_code=claim["tob"][1:3],
        statement_dates=DateSpan(
            date.fromisoformat(claim["statement_from"]), date.fromisoformat(claim["statement_to"])
        ),
        admission_hour=ADMITTED_AT if claim["admission_date"] else "",
        admission_type=claim["admission_type"] or ELECTIVE,
        admission_source=claim["admission_source"] or NO_SOURCE,
        patient_status=claim["discharge_status"] or DISCHARGED_HOME,
        discharge_hour=DISCHARGED_AT if claim["discharge_date"] else "",
        drg=claim["drg_submitted"] or "",
        procedures=tuple(
            ProcedureCode(qualifier=each["qualifier"], code=each["code"], date=date.fromisoformat(each["date"]))
            for each in claim["icd_procedures"]
        ),
        conditions=tuple(claim["condition_codes"]),
        occurrences=tuple(_occurrence(each) for each in claim["occurrence_codes"]),
        values=tuple(ValueCode(code=each["code"], amount=usd(each["amount"])) for each in claim["value_codes"]),
        admitting_diagnosis=admitting if claim["admission_date"] else None,
        attending=attending,
        operating=attending if claim["icd_procedures"] else None,
    )
    lines = tuple(replace(line, diagnosis_pointers=(), place_of_service="") for line in made.lines)
    return replace(made, institutional=told, lines=lines)


def _dental(made: Claim, _claim: Json, _provider: Json) -> Claim:
    lines = tuple(replace(line, code_qualifier="AD", dental=DentalService()) for line in made.lines)
    rendering = made.rendering
    if rendering is not None:
        rendering = replace(rendering, taxonomy=DENTIST)
    return replace(made, dental=Dental(), rendering=rendering, lines=lines)


_OF_TYPE: Mapping[str, Callable[[Claim, Json, Json], Claim]] = {
    "P": lambda made, _claim, _provider: made,
    "I": _institutional,
    "D": _dental,
}


def _occurrence(occurrence: Json) -> OccurrenceCode:
    return OccurrenceCode(code=occurrence["code"], dates=DateSpan(date.fromisoformat(occurrence["date"])))


def _person(provider: Json, npi: str | None) -> Provider | None:
    """Return a person by the name that the world has for the NPI, or by one of ours."""
    if npi is None:
        return None
    known = {each["npi"]: each for each in provider["rendering"]}
    names = known.get(npi, {"last": "GOLDEN", "first": "ANN"})
    return Provider(is_person=True, name=Name(last=names["last"], first=names["first"]), npi=npi)


def _billing(provider: Json, npi: str) -> Provider:
    return Provider(
        is_person=False,
        name=Name(last=provider["name"]),
        npi=npi,
        tax_id=provider["tin"],
        tax_id_qualifier="EI",
        address=_address(),
    )


def _address() -> Address:
    return Address(lines=("1 GOLDEN WAY",), city="BLOOMINGTON", state="MN", postal_code="554250000")


def _subscriber(claim: Json) -> Subscriber:
    """A subscriber who is not the patient is sent without what only tells about a patient (005010X222A1 2010BA)."""
    person = claim["subscriber_submitted"]
    is_patient = claim["relationship"] == "18"
    return Subscriber(
        payer_responsibility=claim["sbr01"],
        claim_filing=claim["sbr09"],
        name=Name(last=person["last"], first=person["first"]),
        member_id=person["member_id"],
        birth_date=_day(person["dob"]) if is_patient else None,
        sex=person["sex"] if is_patient else "",
        address=_address() if is_patient else None,
    )


def _patient(claim: Json) -> Patient | None:
    if claim["relationship"] == "18":
        return None
    person = claim["patient_submitted"]
    return Patient(
        relationship=claim["relationship"],
        name=Name(last=person["last"], first=person["first"]),
        birth_date=_day(person["dob"]),
        sex=person["sex"],
        address=_address(),
    )


def _diagnosis(diagnosis: Json) -> Diagnosis:
    return Diagnosis(
        qualifier=diagnosis["qualifier"],
        code=diagnosis["code"].replace(".", ""),
        present_on_admission=diagnosis["poa"] or "",
    )


def _attachment(attachment: Json) -> Attachment:
    """Paperwork that was not received is said to lie with the provider (PWK02 AA)."""
    sent = "EL" if attachment.get("received") else "AA"
    return Attachment(type=attachment["type"], transmission=sent, control_number=attachment["control"] or "")


def _other_payer(payer: Json, claim: Json) -> OtherPayer:
    """Its decision is dated with the claim only where it is not with the lines (005010X222A1 2330B DTP)."""
    has_lines = any(svd["payer_seq"] == payer["seq"] for line in claim["lines"] for svd in line["svd"])
    return OtherPayer(
        payer_responsibility=payer["sbr01"],
        relationship=payer["relationship"],
        claim_filing=payer["claim_filing"],
        payer_name=payer["payer_name"],
        payer_id=payer["payer_id"],
        paid=None if payer["amt_d_paid"] is None else usd(payer["amt_d_paid"]),
        remaining=None if payer["amt_eaf_remaining"] is None else usd(payer["amt_eaf_remaining"]),
        adjustments=_adjustments(payer["claim_cas"]),
        adjudicated_on=None if has_lines else _day(payer["adjudication_date"]),
    )


def _line(line: Json, claim: Json, index: int) -> ServiceLine:
    start = date.fromisoformat(line["dos"])
    drug = line["ndc"]
    return ServiceLine(
        number=line["lx"],
        code=line["code"] or "",
        modifiers=tuple(line["modifiers"]),
        charged=usd(line["charge"]),
        unit=line["unit_code"],
        units=Decimal(line["units"]),
        place_of_service=line["pos"] or "",
        diagnosis_pointers=tuple(line["dx_pointers"]),
        revenue_code=line["rev"] or "",
        dates=DateSpan(start, date.fromisoformat(line["dos_to"]) if line["dos_to"] else start),
        control_number=f"{claim['clm01']}L{index}",
        drug=Drug(ndc=drug["code"], quantity=Decimal(drug["quantity"]), unit=drug["unit"]) if drug else None,
        adjudications=tuple(_adjudication(each, claim) for each in line["svd"]),
    )


def _adjudication(svd: Json, claim: Json) -> LineAdjudication:
    payer = next(each for each in claim["other_payers"] if each["seq"] == svd["payer_seq"])
    return LineAdjudication(
        payer_id=payer["payer_id"],
        paid=usd(svd["paid"]),
        units=Decimal(svd["units"]),
        adjustments=_adjustments(svd["cas"]),
        paid_on=_day(svd["adjudication_date"]),
    )


def _adjustments(adjustments: Iterable[Json]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(each["group"], each["carc"], usd(each["amount"])) for each in adjustments)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
