"""Loading a payer folder: the documented example, and what is found wrong with it by file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hpedi.findings import Severity
from hpedi.reference.payer_folder import Loaded, load_payer_folder
from tests.golden.world import standard_files

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "payer-folder.md"

SECOND_CONTRACT = b"""contracts:
- id: K-2
  provider: LAKES
  network: INN
  lines_of_business: [commercial]
  from: 2026-01-01
  rates: [{id: R, when: {}, method: capitation}]
"""


def example() -> dict[str, bytes]:
    """Return the files of the complete small example of docs/payer-folder.md."""
    blocks = re.findall(r"### `([^`]+)`\n\n```\w+\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return {name: content.encode() for name, content in blocks}


def load(changes: dict[str, tuple[str, str]] | None = None) -> Loaded:
    """Load the example with one text of each named file replaced."""
    files = example()
    for name, (old, new) in (changes or {}).items():
        content = files[name].decode()
        assert old in content
        files[name] = content.replace(old, new, 1).encode()
    return load_payer_folder(files, standard_files())


def line_of(name: str, text: str) -> int:
    """Return the line of a file of the example on which a text first stands."""
    content = example()[name].decode()
    return content.count("\n", 0, content.index(text)) + 1


def test_documented_example_loads() -> None:
    """The example of the documentation loads without a finding."""
    loaded = load()
    assert not loaded.findings
    assert len(loaded.opening) == 3
    assert {record.kind for record in loaded.records} == {
        "payer", "bank_account", "conventions", "reason_codes", "rule", "plan", "provider", "contract", "partner",
        "fee_schedule", "drg_table", "apc_table", "family", "edits", "policies", "eligibility",
    }  # fmt: skip


def test_same_content_gives_same_bytes() -> None:
    """Loading again, with files in another order, gives the same records byte for byte."""
    files = example()
    backwards = {name: files[name] for name in reversed(files)}
    assert load_payer_folder(backwards, standard_files()).records == load().records


def test_only_bank_accounts_are_secret() -> None:
    """Account numbers stand in secret records and in no other."""
    for record in load().records:
        assert record.secret == (record.kind == "bank_account")
        assert record.secret or b'"account"' not in record.body


def test_family_is_found_by_card_numbers() -> None:
    """A family record is looked up by member ids and days of birth of its members, and by their authorisations."""
    (family,) = (record for record in load().records if record.kind == "family")
    cards, born = ("942670000101", "942670000102"), ("born 1964-11-20", "born 2015-06-01")
    assert family.lookups == (*cards, *born, "authorization AUTH-1", "authorization AUTH-2")


REFUSED = [
    ("eligibility.yaml", "is_covered: false", "plans: [NONE]", "reference-link", "not defined"),
    ("eligibility.yaml", "is_covered: false", "from: 2026-02-01, to: 2026-01-01", "reference-value", "ends before"),
    ("eligibility.yaml", "member: T1, plan: OPEN-1500", "member: T1, plan: NONE", "reference-link", "not defined"),
    ("eligibility.yaml", "member: T1, plan", "member: T9, plan", "reference-link", "not defined"),
    ("providers.yaml", '"1942670013"', '"1942670014"', "reference-value", "check digit"),
    ("providers.yaml", '"123456780"', '"123456789"', "reference-value", "routing number"),
    ("providers.yaml", "folder: lakes", "folder: ../lakes", "reference-value", "the name of one folder"),
    ("providers.yaml", '"419000001"', '"41900"', "reference-value", "tax id"),
    ("providers.yaml", "fee_schedule: FS-STANDARD", "fee_schedule: FS-OTHER", "reference-link", "`fee_schedule`"),
    ("providers.yaml", "provider: FARAWAY", "provider: NOBODY", "reference-link", "`provider`"),
    ("providers.yaml", "network: INN", "network: PPO", "reference-value", "one of INN, OON"),
    ("providers.yaml", "days: 180", "days: half a year", "reference-value", "a whole number"),
    ("providers.yaml", "from: 2025-01-01\n    timely", "from: 2025-13-01\n    timely", "reference-value", "YYYY-MM-DD"),
    ("plans.yaml", 'limit: "1500.00"', "limit: none", "reference-value", "a number not below zero"),
    ("plans.yaml", 'rate: "0.50"', 'rate: "1.50"', "reference-value", "between 0 and 1"),
    ("plans.yaml", 'amount: "30.00"', 'amount: "30.005"', "reference-value", "two decimal places"),
    ("plans.yaml", "exclusion: cosmetic", "exclusion: ugly", "reference-link", "`exclusion`"),
    ("plans.yaml", "acc: vis_therapy", "acc: vis_other", "reference-link", "`acc`"),
    ("plans.yaml", "family_tier: embedded", "family_tear: embedded", "reference-value", "is not known"),
    ("plans.yaml", "type: copay, amount", "type: coinsurance, amount", "reference-link", "copay"),
    ("payer.yaml", 'carc: "29"', 'carc: "42"', "reference-value", "deactivated"),
    ("payer.yaml", "group: OA", "group: CO", "reference-value", "goes with group OA only"),
    ("payer.yaml", "rarcs: [N383], ", "", "reference-value", "needs a remark code"),
    ("payer.yaml", "[N383]", "[N99999]", "reference-value", "remark code is unknown"),
    ("payer.yaml", "edit_order: [member_unknown, ", "edit_order: [", "reference-link", "must be in the order"),
    ("payer.yaml", ', status277: "F2:718"', "", "reference-link", "`status277`"),
    ("payer.yaml", "[member, billing_npi, dos, code, modifiers]", "[member, clm01]", "reference-value", "one of"),
    ("members.csv", "1964-11-20", "20.11.1964", "reference-value", "YYYY-MM-DD"),
    ("members.csv", "M2,F1,M1", "M2,F2,M1", "reference-link", "no member of this family"),
    ("members.csv", "ANNA,2015-06-01,F", "ANNA,2015-06-01", "reference-value", "8 cells"),
    ("coverage.csv", "M2,OPEN-1500", "M2,OPEN-9", "reference-link", "`plan`"),
    ("coverage.csv", "M2,OPEN-1500", "M3,OPEN-1500", "reference-link", "`member`"),
    ("fee-schedules.csv", "T1015,,100.00", "T1015,,0.00", "reference-value", "above zero"),
    ("opening-balances.csv", "ded_fam_inn,F1", "ded_fam_inn,M1", "reference-link", "family owner"),
    ("opening-balances.csv", "vis_therapy", "vis_other", "reference-link", "no such accumulator"),
    ("authorizations.csv", "AUTH-1,M1", "AUTH-1,M9", "reference-link", "nobody of the members"),
    ("authorizations.csv", "AUTH-2,M2,LAKES", "AUTH-2,M2,NOBODY", "reference-link", "`provider`"),
    ("authorizations.csv", "AUTH-2", "AUTH-1", "reference-link", "given twice"),
    ("authorizations.csv", "30,UN,5", "-30,UN,5", "reference-value", "not below zero"),
    ("authorizations.csv", "30,UN,5", "30,UN,31", "reference-value", "More units are used than approved"),
    ("authorizations.csv", "J1745 J1746,,", ",,", "reference-link", "for no service"),
    ("authorizations.csv", "AUTH-2,M2,LAKES,,011", "AUTH-2,M1,,J1746,", "reference-value", "one service on one day"),
    ("authorizations.csv", "2026-12-31,approved", "2025-12-31,approved", "reference-value", "ends before it begins"),
    ("edits.yaml", 'modifier_indicator: "1"', 'modifier_indicator: "2"', "reference-value", "one of 0, 1, 9"),
    ("edits.yaml", "min_age: 0, max_age: 20", "min_age: 21, max_age: 20", "reference-value", "`max_age` is below"),
    ("edits.yaml", "unless_policy: RECONSTRUCTION", "unless_policy: OTHER", "reference-link", "`unless_policy`"),
    ("edits.yaml", "reason: experimental}", "reason: daring}", "reference-link", "`reason`"),
    ("edits.yaml", ", require: {dx_any_prefix: [I20]}", "", "reference-link", "says nothing"),
    ("edits.yaml", 'PA-INPATIENT, tob_prefixes: ["011"]', "PA-INPATIENT", "reference-link", "about no service"),
    ("edits.yaml", "id: EECP", "id: EXPERIMENTAL", "reference-link", "given twice"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code", "message"), REFUSED)
def test_fault_names_file_and_line(name: str, old: str, new: str, code: str, message: str) -> None:
    """A fault is told with its file and line, and nothing is loaded."""
    loaded = load({name: (old, new)})
    assert not loaded.records
    assert not loaded.opening
    expected = (code, name, line_of(name, old))
    told = [(finding.code, finding.where.file, finding.where.line) for finding in loaded.findings]
    assert expected in told
    assert any(message in finding.message for finding in loaded.findings)


def test_all_faults_are_told_at_once() -> None:
    """Faults of several files, and several of one file, are all told, in the order of reading."""
    loaded = load(
        {
            "members.csv": ("1964-11-20", "then"),
            "plans.yaml": ('limit: "1500.00"', "limit: none"),
            "providers.yaml": ('"1942670013"', '"1942670014"'),
        }
    )
    assert [finding.where.file for finding in loaded.findings] == ["members.csv", "plans.yaml", "providers.yaml"]


def test_overlapping_contracts_are_refused() -> None:
    """Two contracts of a provider for one line of business on one day are a fault, told at the later one."""
    files = example()
    loaded = load_payer_folder({**files, "z.yaml": SECOND_CONTRACT}, standard_files())
    (finding,) = loaded.findings
    assert (finding.where.file, finding.where.line) == ("z.yaml", 2)
    assert "contracts of one provider" in finding.message


def test_contracts_that_follow_each_other_are_right() -> None:
    """A contract may begin the day after another ended."""
    files = example()
    ended = files["providers.yaml"].replace(b"\n    timely", b"\n    to: 2025-12-31\n    timely", 1)
    changed = {**files, "providers.yaml": ended, "z.yaml": SECOND_CONTRACT}
    assert not load_payer_folder(changed, standard_files()).findings


@pytest.mark.parametrize(("begins", "refused"), [("2025-06-30", True), ("2025-07-01", False)])
def test_coverage_spans_share_no_day(begins: str, refused: bool) -> None:  # noqa: FBT001 - a parameter of the cases
    """A member's spans of coverage may touch and never share a day, for both ends are included."""
    old = "M2,OPEN-1500,family,2025-01-01,,2024-12-15"
    new = f"M2,OPEN-1500,family,2025-01-01,2025-06-30,2024-12-15\nM2,OPEN-1500,family,{begins},,2024-12-15"
    assert bool(load({"coverage.csv": (old, new)}).findings) is refused


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"plans: [", 2),
        (b"plans: &a []\nproviders: *a\n", 1),
        (b"\nplans: {}\n", 2),
        (b"contracts: []\nunheard_of: []\n", 2),
        (b"contracts: []\ncontracts: []\n", 2),
        (b"- a list\n", 1),
        (b"edits: " + b"[" * 100, 1),
        (b"plans: []\n\xff", 1),
    ],
)
def test_files_that_are_not_sections_are_refused(content: bytes, line: int) -> None:
    """What is no YAML of known sections is refused at its line, whatever it holds."""
    loaded = load_payer_folder({**example(), "z.yaml": content}, standard_files())
    assert [(finding.code, finding.where.file) for finding in loaded.findings] == [("reference-file", "z.yaml")]
    assert loaded.findings[0].where.line == line


def test_unknown_files_are_told_and_passed_over() -> None:
    """A file that is neither YAML, CSV nor Markdown is a warning; Markdown is none."""
    loaded = load_payer_folder({**example(), "notes.txt": b"", "README.md": b""}, standard_files())
    assert [(finding.severity, finding.where.file) for finding in loaded.findings] == [(Severity.WARNING, "notes.txt")]
    assert loaded.records


def test_findings_carry_no_values() -> None:
    """A finding about a member says where, never what: values may be names of people."""
    loaded = load({"members.csv": ("1964-11-20", "SECRETVALUE")})
    assert loaded.findings
    assert not any("SECRETVALUE" in repr(finding) for finding in loaded.findings)


def test_own_rule_takes_the_place_of_the_standard_one() -> None:
    """A rule of the folder replaces the one of its name in mappings."""
    own = b"""rules:
- rule: timely_filing
  description: Ours.
  date: last date of service
  parameters: [{name: months_without_contract_limit, from: 2020-01-01, value: '12', unit: months, source: ours}]
"""
    loaded = load_payer_folder({**example(), "rules.yaml": own}, standard_files())
    (rule,) = (record for record in loaded.records if (record.kind, record.key) == ("rule", "timely_filing"))
    assert b"Ours." in rule.body


def test_aggregate_plan_with_individual_limit_is_warned_of() -> None:
    """An individual limit of an aggregate plan never limits: that is told, and the folder loads."""
    loaded = load({"plans.yaml": ("family_tier: embedded", "family_tier: aggregate")})
    assert loaded.records
    assert {finding.severity for finding in loaded.findings} == {Severity.WARNING}


def test_a_programme_that_withholds_says_with_which_codes() -> None:
    """A programme that holds back from the provider has a reason code; one that is the employer's alone needs none."""
    written = '{type: pip_withhold, percent: "0.05"}, {type: shared_savings_prefund, percent: "0.02", on_835: false}'
    files = {**example(), "employers.yaml": f"employers:\n- {{id: S, name: S, programs: [{written}]}}\n".encode()}
    (finding,) = load_payer_folder(files, standard_files()).findings
    assert (finding.code, finding.where.file, finding.where.line) == ("reference-link", "employers.yaml", 2)
    assert "carc" in finding.message


def test_months_that_carry_over_are_months() -> None:
    """A thirteenth month is refused."""
    loaded = load({"plans.yaml": ("months: [10, 11, 12]", "months: [10, 11, 13]")})
    assert [finding.code for finding in loaded.findings] == ["reference-link"]


@pytest.mark.parametrize(
    ("terms", "code", "message"),
    [
        ('targets: [{id: Q, name: Q, weight: "0.6"}, {id: A, name: A, weight: "0.3"}]', "reference-link", "come to 1"),
        ('interest_rates: [{from: 2026-01-01, rate: "0.04"}, {from: 2026-07-01, rate: "0.05"}]', "reference-value",
         "interest rates of one programme"),
        ('cost_targets: [{from: 2026-01-01, pmpm: "400.00"}, {from: 2026-07-01, pmpm: "410.00"}]', "reference-value",
         "cost targets of one programme"),
        ('cost_targets: [{from: 2026-01-01, pmpm: "400.00", provider: NOBODY}]', "reference-link", "not defined"),
        ('returns_from: "06-31"', "reference-value", "month and day"),
    ],
)  # fmt: skip
def test_what_a_programme_is_settled_by_is_checked(terms: str, code: str, message: str) -> None:
    """Weights that are not all of the pool, two rates or targets on one day, nobody's target, a day no month has."""
    written = f'{{type: shared_savings, percent: "0.02", on_835: false, {terms}}}'
    files = {**example(), "employers.yaml": f"employers:\n- {{id: S, name: S, programs: [{written}]}}\n".encode()}
    (finding,) = load_payer_folder(files, standard_files()).findings
    assert finding.code == code
    assert message in finding.message
