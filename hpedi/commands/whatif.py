"""`hpedi whatif`: what changed reference data would do to claims that are decided; nothing is changed by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, ExistingFile
from hpedi.commands.printing import Column, hint, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.commands.jobs import Jobs
    from hpedi.pipeline.whatif import ChangedClaim, Difference, WhatIf
    from hpedi.pipeline.whatif_data import LaidOver
    from hpedi.reference.records import ReferenceRecord

FEES: Final = "fee-schedules"
CLAIMS_SHOWN: Final = 200
"""So many claims a table has; --json lists all."""

_CLAIMS: Final = (
    Column("Claim", whole=True),
    Column("Service", whole=True),
    Column("Payee", whole=True),
    Column("Group", whole=True),
    money_column("Paid"),
    money_column("Would pay"),
    money_column("Patient owes"),
    money_column("Would owe"),
    Column("Would wait, because"),
)
_MONEY: Final = (Column("Claims", right=True), money_column("Plan pays more"), money_column("Patients owe more"))
_COLUMNS: Final = {
    "provider": (Column("Provider", whole=True), *_MONEY),
    "group": (Column("Group", whole=True), *_MONEY),
    "code": (Column("Code", whole=True), *_MONEY),
    "reason": (Column("Reason", whole=True), Column("Claims", right=True), money_column("Taken off more")),
}


@click.command()
@click.option("--plan", "plans", type=ExistingFile, multiple=True, metavar="FILE", help="Plans as they would be.")
@click.option("--contract", "contracts", type=ExistingFile, multiple=True, metavar="FILE", help="Contracts.")
@click.option("--policy", "policies", type=ExistingFile, multiple=True, metavar="FILE", help="Policies.")
@click.option("--fees", type=ExistingFile, multiple=True, metavar="FILE", help="Fees: a CSV file of fee schedules.")
@click.option("--edits", type=ExistingFile, multiple=True, metavar="FILE", help="Edits, ptp.csv or mue.csv.")
@click.option("--data", type=ExistingFile, multiple=True, metavar="FILE", help="Another file of a payer folder.")
@click.option("--from", "since", type=Day(), required=True, metavar="DATE", help="First day of service.")
@click.option("--to", "until", type=Day(), required=True, metavar="DATE", help="Last first day of service.")
@click.option("--claims", "with_claims", is_flag=True, help="List the claims behind the difference.")
@json_option
@click.pass_obj
def command(
    session: Session, /, *, since: date, until: date, with_claims: bool, as_json: bool, **given: tuple[Path, ...]
) -> int:
    """Decide history again with changed data.

    A file is one of a payer folder, changed. It is checked as `hpedi load` checks it, laid over what is loaded, and the
    claims with a first day of service from DATE to DATE are decided twice: with it and without. The difference is shown
    by provider, group, code and reason; nothing is kept.

    \b
    Example:
      hpedi whatif --plan plans/open-access-1500.yaml --from 2026-01-01 --to 2026-03-31 --claims
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.payer_files import print_findings
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    files = _files(given)
    if not files:
        raise click.UsageError("name a changed file: --plan, --contract, --policy, --fees, --edits or --data")
    if since > until:
        raise click.UsageError("--from is after --to")
    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "what if", "claim"))
    laid_over = _laid_over(jobs, files)
    if as_json and laid_over.findings:
        print_json({"findings": laid_over.findings})
    elif laid_over.findings:
        print_findings(laid_over.findings)
    if not laid_over.records:
        hint("nothing was decided: correct the errors first")
        return ExitCode.FINDINGS
    if not laid_over.changed:
        hint("the files say what is loaded already")
    _ask(jobs, laid_over.records, (since, until), with_claims=with_claims, as_json=as_json)
    return ExitCode.OK


def _files(given: Mapping[str, tuple[Path, ...]]) -> dict[str, bytes]:
    """Return what was given by name; fees under the name of their kind where the file is not named for it."""
    files: dict[str, bytes] = {}
    for option, paths in given.items():
        for path in paths:
            is_renamed = option == "fees" and path.suffix == ".csv" and path.stem != FEES
            name = f"{FEES}/{path.name}" if is_renamed else path.name
            if name in files:
                raise click.UsageError("two files have the same name; give one of them another")
            files[name] = path.read_bytes()
    return files


def _laid_over(jobs: Jobs, files: dict[str, bytes]) -> LaidOver:
    from hpedi.commands.payer_files import standard_files
    from hpedi.pipeline.whatif_data import lay_over

    with jobs.workspace.books.reading(jobs.context) as work:
        known = work.reference.records(jobs.reference.snapshot)
    return lay_over(known, files, standard_files())


def _ask(
    jobs: Jobs, records: tuple[ReferenceRecord, ...], days: tuple[date, date], *, with_claims: bool, as_json: bool
) -> None:
    from hpedi.commands.printing import progress
    from hpedi.pipeline.whatif import Question, Told, what_if
    from hpedi.reference.reference import Reference

    changed = Reference.of(records, snapshot=jobs.reference.snapshot)
    question = Question(now=jobs.reference, changed=changed, since=days[0], until=days[1])
    listed: list[ChangedClaim] = []

    def tell(claim: ChangedClaim) -> None:
        if with_claims and as_json:
            print_json({"claim": claim})
        elif with_claims and len(listed) < CLAIMS_SHOWN:
            listed.append(claim)

    with progress("deciding claims twice", None) as advance:
        found = what_if(jobs.workspace.books, jobs.context, question, Told(tell, advance))
    if as_json:
        print_json({"whatif": found})
        return
    print_table("Claims that would come out otherwise", _CLAIMS, _claim_rows(listed))
    if with_claims and found.changed > len(listed):
        hint(f"{found.changed - len(listed):,} more claims; --json lists all")
    _print(found)


def _claim_rows(claims: Iterable[ChangedClaim]) -> Iterator[tuple[object, ...]]:
    for each in claims:
        yield (
            each.claim, each.service, each.provider, each.group, each.paid, each.would_pay, each.owed, each.would_owe,
            each.waits,
        )  # fmt: skip


def _print(found: WhatIf) -> None:
    for dimension, differences in found.by.items():
        print_table(f"By {dimension}", _COLUMNS[dimension], _rows(dimension, differences))
    if found.otherwise:
        hint(
            f"{found.otherwise:,} of these claims come out otherwise than they stand without the change already: "
            "`hpedi reprocess propose` shows them"
        )
    click.echo(
        f"{found.decided:,} claims decided again, {found.changed:,} would change, "
        f"{found.waiting:,} of them would wait; the plan would pay {found.total.plan:+,} "
        f"and patients would owe {found.total.member:+,} US dollars"
    )


def _rows(dimension: str, differences: dict[str, Difference]) -> Iterator[tuple[object, ...]]:
    largest_first = sorted(differences.items(), key=lambda each: (-abs(each[1].plan or each[1].adjusted), each[0]))
    for key, each in largest_first:
        if dimension == "reason":
            yield key, each.claims, each.adjusted
        else:
            yield key, each.claims, each.plan, each.member
