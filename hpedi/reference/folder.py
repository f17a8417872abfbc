"""A payer folder as read: all its pieces, typed, before their links are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec.structs import replace

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Severity, Where
from hpedi.reference.authorizations import Authorization
from hpedi.reference.contracts import Contract
from hpedi.reference.conventions import Conventions, Reason, RuleFile
from hpedi.reference.edits import CodePair, Edits, UnitsLimit
from hpedi.reference.eligibility import EligibilityTerms
from hpedi.reference.marked import Mark, read_yaml
from hpedi.reference.members import CoverageSpan, Member, OtherCoverage
from hpedi.reference.partners import Partner
from hpedi.reference.payer import Account, Payer
from hpedi.reference.plans import Employer, Plan
from hpedi.reference.policies import Policies
from hpedi.reference.providers import BillingProvider
from hpedi.reference.shape import Places, Shaper
from hpedi.reference.tables import TABLES, ApcTableRow, DrgRow, FeeRow, OpeningBalance, OpeningPayeeBalance, read_table


class PayerSection(Payer, frozen=True, kw_only=True):
    """The payer with its accounts, as written."""

    accounts: tuple[Account, ...]


class ProviderSection(BillingProvider, frozen=True, kw_only=True):
    """A provider with its accounts, as written."""

    accounts: tuple[Account, ...] = ()


class EmployerSection(Employer, frozen=True, kw_only=True):
    """A self-insured employer with the accounts that its claims are paid from, as written; the payer's if none."""

    accounts: tuple[Account, ...] = ()


@dataclass(slots=True)
class Folder:
    """The pieces of a folder, in the order of their files, and where each stands."""

    payer: list[PayerSection] = field(default_factory=list)
    conventions: list[Conventions] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    rules: list[RuleFile] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    providers: list[ProviderSection] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    employers: list[EmployerSection] = field(default_factory=list)
    edits: list[Edits] = field(default_factory=list)
    policies: list[Policies] = field(default_factory=list)
    eligibility: list[EligibilityTerms] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    coverage: list[CoverageSpan] = field(default_factory=list)
    other_coverage: list[OtherCoverage] = field(default_factory=list)
    fees: list[FeeRow] = field(default_factory=list)
    drg_rows: list[DrgRow] = field(default_factory=list)
    apc_rows: list[ApcTableRow] = field(default_factory=list)
    opening_balances: list[OpeningBalance] = field(default_factory=list)
    opening_payee_balances: list[OpeningPayeeBalance] = field(default_factory=list)
    authorizations: list[Authorization] = field(default_factory=list)
    ptp: list[CodePair] = field(default_factory=list)
    mue: list[UnitsLimit] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    findings: list[Finding] = field(default_factory=list)


_LISTS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "conventions": Conventions,
    "reasons": Reason,
    "rules": RuleFile,
    "plans": Plan,
    "providers": ProviderSection,
    "contracts": Contract,
    "partners": Partner,
    "employers": EmployerSection,
    "authorizations": Authorization,
}
_SINGLE: Final[Mapping[str, type[msgspec.Struct]]] = {
    "payer": PayerSection,
    "edits": Edits,
    "policies": Policies,
    "eligibility": EligibilityTerms,
}
_TABLE_FIELDS: Final = {
    "members": "members",
    "coverage": "coverage",
    "other-coverage": "other_coverage",
    "fee-schedules": "fees",
    "drg-tables": "drg_rows",
    "apc-tables": "apc_rows",
    "opening-balances": "opening_balances",
    "opening-payee-balances": "opening_payee_balances",
    "authorizations": "authorizations",
    "ptp": "ptp",
    "mue": "mue",
}


def read_folder(files: Mapping[str, bytes]) -> Folder:
    """Read all files of a payer folder, those of one kind in the order of their names.

    Args:
        files: Content by path inside the folder, with forward slashes.

    Findings:
        reference-file: A file is no YAML or CSV, or holds an unknown section.
        reference-value: A value is missing, unknown or not of its kind.
    """
    folder = Folder()
    for path in sorted(files):
        if path.endswith((".yaml", ".yml")):
            _read_sections(path, files[path], folder)
        elif path.endswith(".csv"):
            _read_rows(path, files[path], folder)
        elif not path.endswith(".md"):
            message = "The file is neither YAML nor CSV and is not read; remove it or change its name."
            folder.findings.append(found("reference-file", Where(file=path), message, severity=Severity.WARNING))
    _join_edits(folder)
    return folder


def _join_edits(folder: Folder) -> None:
    """Put the code pairs and daily maximums of CSV files to those of the YAML: such tables are long."""
    if folder.ptp or folder.mue:
        edits = folder.edits[0] if folder.edits else Edits()
        joined = replace(edits, ptp=(*edits.ptp, *folder.ptp), mue=(*edits.mue, *folder.mue))
        folder.edits[:] = [joined]


def _read_sections(path: str, content: bytes, folder: Folder) -> None:
    mark, findings = read_yaml(content, path)
    folder.findings.extend(findings)
    if mark is None:
        return
    if not isinstance(mark.value, dict):
        _refuse(folder, path, mark.line, "The file must hold sections such as `plans:`.")
        return
    shaper = Shaper(path, folder.places, folder.findings)
    for name, section in mark.value.items():
        _read_section(name, section, path, shaper, folder)


def _read_section(name: str, section: Mark, path: str, shaper: Shaper, folder: Folder) -> None:
    if name in _SINGLE:
        if getattr(folder, name):
            _refuse(folder, path, section.line, f"`{name}` stands twice in the folder; keep one.")
            return
        items, kind = [section], _SINGLE[name]
    elif name in _LISTS and isinstance(section.value, list):
        items, kind = section.value, _LISTS[name]
    elif name in _LISTS:
        _refuse(folder, path, section.line, f"`{name}` must be a list.")
        return
    else:
        known = ", ".join([*_SINGLE, *_LISTS])
        _refuse(folder, path, section.line, f"This section is not known; known are {known}.")
        return
    pieces = (shaper.piece(item, kind) for item in items)
    getattr(folder, name).extend(piece for piece in pieces if piece is not None)


def _read_rows(path: str, content: bytes, folder: Folder) -> None:
    name = path.split("/", maxsplit=1)[0].removesuffix(".csv")
    if name not in TABLES:
        _refuse(folder, path, 1, f"A CSV file is named for what it holds: {', '.join(TABLES)}.")
        return
    rows = read_table(content, path, TABLES[name], folder.places, folder.findings)
    getattr(folder, _TABLE_FIELDS[name]).extend(rows)


def _refuse(folder: Folder, path: str, line: int, message: str) -> None:
    folder.findings.append(found("reference-file", Where(file=path, line=line), message))
