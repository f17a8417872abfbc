"""Contracts and rate tables of a payer folder: what contradicts itself, is not there or has holes is refused."""

from __future__ import annotations

import pytest

from hpedi.reference.contract_checks import TERMS
from hpedi.reference.payer_folder import Loaded, load_payer_folder
from tests.golden.world import standard_files
from tests.reference.test_payer_folder import example

CONTRACTS = """\
contracts:
- id: K-NEW
  provider: LAKES
  network: INN
  lines_of_business: [dental]
  from: 2025-01-01
  rates:
  - {rate}
"""
RATE_LINE = 8
WHOLE = {
    "fee_schedule": "fee_schedule: FS-STANDARD",
    "percent_of_charge": 'percent: "0.72"',
    "drg": 'base: "9800.00", drg_table: MSDRG',
    "per_diem": 'rate: "2200.00"',
    "case_rate": 'rate: "600.00", max_services: 8, window_days: 60',
    "apc": "apc_table: APC",
    "capitation": 'pmpm: "35.00"',
}
"""What a rate of each method says at least."""


def load(rates: str, **tables: str) -> Loaded:
    """Load the documented example with a contract of these rates, and with these tables in place of its own."""
    files = {**example(), "z.yaml": CONTRACTS.replace("{rate}", rates).encode()}
    for name, content in tables.items():
        files[f"{name.replace('_', '-')}.csv"] = content.encode()
    return load_payer_folder(files, standard_files())


def rate(method: str, terms: str, when: str = "{}") -> str:
    """Return a rate as it is written."""
    return f"{{id: R, when: {when}, method: {method}, {terms}}}"


@pytest.mark.parametrize("method", list(TERMS))
def test_rate_with_its_terms_loads(method: str) -> None:
    """A rate that says what its method needs is taken."""
    assert not load(rate(method, WHOLE[method])).findings


@pytest.mark.parametrize("method", [method for method, terms in TERMS.items() if terms.needs])
def test_rate_without_its_terms_is_refused(method: str) -> None:
    """A rate that lacks what its method needs is told with its line, and what to add."""
    (finding, *_more) = load(rate(method, "note: nothing")).findings
    assert (finding.where.file, finding.where.line) == ("z.yaml", RATE_LINE)
    assert any(f"names no `{name}`; add it" in finding.message for name in TERMS[method].needs)  # type: ignore[index]


REFUSED = [
    (rate("drg", WHOLE["drg"] + ', percent: "0.5"'), "has no `percent`"),
    (rate("capitation", WHOLE["fee_schedule"]), "has no `fee_schedule`"),
    (rate("percent_of_charge", 'percent: "1.01"'), "a share between 0 and 1"),
    (rate("drg", WHOLE["drg"] + ', outlier: {charges_over: "1.00", percent: "1.5"}'), "a share between 0 and 1"),
    (rate("fee_schedule", "fee_schedule: FS-NONE"), "`fee_schedule` names something that is not defined"),
    (rate("percent_of_charge", WHOLE["percent_of_charge"] + ", cap_fee_schedule: X"), "`cap_fee_schedule` names"),
    (rate("drg", 'base: "1.00", drg_table: X'), "`drg_table` names something that is not defined"),
    (rate("apc", "apc_table: X"), "`apc_table` names something that is not defined"),
    (rate("case_rate", WHOLE["case_rate"] + ", after_max: {fee_schedule: X}"), "`fee_schedule` names"),
    (rate("apc", WHOLE["apc"], "{any_line_apc_status: {table: X, status: [T]}}"), "`table` names"),
    (rate("drg", WHOLE["drg"] + ", level: line"), "prices the claim"),
    (rate("fee_schedule", WHOLE["fee_schedule"] + ", level: claim"), "prices the line"),
    (rate("case_rate", 'rate: "600.00", max_services: 0, window_days: 60'), "`max_services` of at least 1"),
    (rate("case_rate", 'rate: "600.00", max_services: 8'), "`window_days` of at least 1"),
    (rate("per_diem", WHOLE["per_diem"] + ", all_inclusive: false"), "correct `all_inclusive` or `level`"),
    (rate("per_diem", WHOLE["per_diem"] + ", all_inclusive: false, level: line"), "by `room_revenue_codes`"),
    (rate("capitation", "group: CO"), "`group` and `carc` go together"),
    (rate("barter", WHOLE["drg"]), "one of fee_schedule"),
    (rate("drg", WHOLE["drg"] + ", transfer: {patient_statuses: [02], extra_days: -1}"), "not below zero"),
    (
        rate("apc", WHOLE["apc"] + ', multiple_procedure: {indicator: "2", percents: ["1.00"], subsequent: "0.50"}'),
        "ranked by their `status`",
    ),
    (
        rate(
            "fee_schedule",
            WHOLE["fee_schedule"] + ', multiple_procedure: {indicator: "2", percents: ["0.50"], subsequent: "0.75"}',
        ),
        "a larger share than one before",
    ),
    (
        rate("fee_schedule", WHOLE["fee_schedule"] + ', shares: [{id: A, percent: "0.16"}]'),
        "`modifiers` or `pos`",
    ),
    (rate("capitation", "unlisted: no_such_reason"), "`unlisted` names something that is not defined"),
]


@pytest.mark.parametrize(("rates", "message"), REFUSED)
def test_rate_that_contradicts_itself_is_refused(rates: str, message: str) -> None:
    """A rate with a wrong value, a term of another method or a name that is not defined is told with its line."""
    loaded = load(rates)
    assert not loaded.records
    told = [finding for finding in loaded.findings if message in finding.message]
    assert {(finding.where.file, finding.where.line) for finding in told} == {("z.yaml", RATE_LINE)}


SECOND = "\n  - " + rate("capitation", 'pmpm: "1.00"').replace("id: R", "id: S")


@pytest.mark.parametrize(
    ("first", "refused"),
    [
        (rate("fee_schedule", WHOLE["fee_schedule"]), True),
        (rate("fee_schedule", WHOLE["fee_schedule"], "{claim_types: [P]}"), False),
        (
            rate("per_diem", WHOLE["per_diem"] + ", all_inclusive: false, level: line, room_revenue_codes: [0120]"),
            False,
        ),
    ],
)
def test_rate_that_never_applies_is_refused(first: str, refused: bool) -> None:  # noqa: FBT001 - a parameter of the cases
    """A rate after one that takes every service is told at its own line."""
    told = [(each.where.line, "An earlier rate" in each.message) for each in load(first + SECOND).findings]
    assert told == ([(RATE_LINE + 1, True)] if refused else [])


def test_a_rate_id_is_given_once() -> None:
    """Two rates of a contract do not share an id."""
    both = rate("capitation", 'pmpm: "1.00"', "{codes: [T1015]}") + "\n  - " + rate("capitation", 'pmpm: "1.00"')
    (finding,) = load(both).findings
    assert "rate id is given twice" in finding.message


def test_a_contract_has_a_rate() -> None:
    """A contract without any rate is refused."""
    content = CONTRACTS.split("  rates:", maxsplit=1)[0] + "  rates: []\n"
    (finding,) = load_payer_folder({**example(), "z.yaml": content.encode()}, standard_files()).findings
    assert (finding.where.line, finding.message) == (7, "The contract has no rate; add one.")


FEES = "fee_schedule,version,from,to,code,modifier,fee\nFS-STANDARD,a,2025-01-01,{end},T1015,,1.00\n"
FEES += "FS-OON,a,2025-01-01,,T1015,,1.00\nFS-STANDARD,b,{start},,T1015,,2.00\n"
DRGS = "drg_table,version,from,to,drg,weight\nMSDRG,a,2025-01-01,{end},193,1.0\nMSDRG,b,{start},,193,1.1\n"
APCS = "apc_table,version,from,to,code,modifier,apc,status,rate\nAPC,a,2025-01-01,{end},G0260,,5443,T,1.00\n"
APCS += "APC,b,{start},,G0260,,5443,T,2.00\n"
TABLES = [("fee_schedules", FEES, 4), ("drg_tables", DRGS, 3), ("apc_tables", APCS, 3)]


@pytest.mark.parametrize(("name", "content", "line"), TABLES)
@pytest.mark.parametrize(
    ("end", "start", "message"),
    [
        ("2025-12-31", "2026-01-01", ""),
        ("2025-12-31", "2025-12-31", "are in force on one day"),
        ("", "2026-01-01", "are in force on one day"),
        ("2025-12-31", "2026-01-02", "days on which none is in force"),
    ],
)
def test_versions_of_a_table_follow_each_other(
    name: str, content: str, line: int, end: str, start: str, message: str
) -> None:
    """Two versions of a table share no day and leave none out; a fault is told at the later one."""
    told = load(rate("capitation", 'pmpm: "1.00"'), **{name: content.format(end=end, start=start)}).findings
    assert [(each.where.line, message in each.message) for each in told] == ([(line, True)] if message else [])


def test_contracts_leave_no_hole() -> None:
    """Days without a contract between two of one provider are told at the later one."""
    content = CONTRACTS.replace("{rate}", rate("capitation", 'pmpm: "1.00"'))
    ended = content.replace("  from: 2025-01-01", "  from: 2025-01-01\n  to: 2025-06-30")
    later = content.replace("K-NEW", "K-LATER").replace("2025-01-01", "2025-07-02")
    files = {**example(), "y.yaml": ended.encode(), "z.yaml": later.encode()}
    (finding,) = load_payer_folder(files, standard_files()).findings
    assert (finding.where.file, finding.where.line) == ("z.yaml", 2)
    assert "days on which none is in force" in finding.message


ROWS = [
    ("drg_tables", "MSDRG,a,2025-01-01,,193,0\n", "`weight` must be a number above zero"),
    ("drg_tables", "MSDRG,a,2025-01-01,,193,1.0\nMSDRG,a,2025-01-01,,193,1.1\n", "stands twice in one version"),
    ("drg_tables", "MSDRG,a,2025-01-01,,193,1.0\nMSDRG,a,2026-01-01,,194,1.1\n", "different spans"),
    ("apc_tables", "APC,a,2025-01-01,,G0260,,5443,Z9,1.00\n", "The status is none that rule apc_status"),
    ("apc_tables", "APC,a,2025-01-01,,J1100,,,N,1.00\n", "A packaged service has no rate"),
    ("apc_tables", "APC,a,2025-01-01,,G0260,,5443,T,-1.00\n", "not below zero"),
]


@pytest.mark.parametrize(("name", "rows", "message"), ROWS)
def test_row_of_a_table_is_checked(name: str, rows: str, message: str) -> None:
    """A row with a wrong value, one that stands twice, or one of another span is told with its line."""
    header = (DRGS if name == "drg_tables" else APCS).splitlines()[0]
    told = load(rate("capitation", 'pmpm: "1.00"'), **{name: f"{header}\n{rows}"}).findings
    assert any(message in each.message and each.where.line == rows.count("\n") + 1 for each in told), told
