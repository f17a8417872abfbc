"""`hpedi partner test-report` and `companion-guide`: what a partner is told, and whether it may go live."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpedi.acceptance.partner_guide import GuideMatter
    from hpedi.partners.readiness import Shown, TrialTraffic
    from hpedi.pipeline.ports import Work
    from hpedi.reference.partners import Partner
    from hpedi.reference.reference import Reference
    from hpedi.x12.limits import Limits

_SETS: Final = (Column("Sets", whole=True), Column("Came", right=True), Column("Refused", right=True))
_FINDINGS: Final = (Column("Finding", whole=True), Column("Times", right=True))
_ITEMS: Final = (
    Column("Item", whole=True),
    Column("What is to be shown"),
    Column("Asked", whole=True),
    Column("Shown", right=True),
    Column("Enough", whole=True),
    Column("What to do"),
)

partner_argument = click.argument("partner_id", metavar="PARTNER")


@click.command("test-report")
@partner_argument
@as_of_option
@json_option
@click.pass_obj
def test_report(session: Session, partner_id: str, *, as_of: date | None, as_json: bool) -> int:
    """Show what a partner sent as test data, how it fared, and whether it is ready to go live.

    Ready is who has shown all that mappings/partners/checklist.yaml requires. Exit code 1 where it is not.

    \b
    Example:
      hpedi partner test-report lakes
    """
    from hpedi.commands.partner_changes import existing, loaded_profiles
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.partners.readiness import is_ready

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "workspace", as_of)
    with workspace.books.reading(context) as work:
        partner = existing(loaded_profiles(work, session).holding, partner_id)
        traffic, shown = _measured(work, partner, context.as_of)
    ready = is_ready(shown)
    if as_json:
        print_json({"partner": partner.id, "state": partner.state, "ready": ready, "sent": traffic, "checklist": shown})
    else:
        _print_report(partner, traffic, shown, ready=ready)
    return ExitCode.OK if ready else ExitCode.FINDINGS


def refuse_unready(work: Work, held: Partner, new: Partner, day: date) -> None:
    """Refuse that a partner goes live which has not shown what is required.

    Raises:
        click.ClickException: It is not ready.
    """
    from hpedi.partners.readiness import is_ready

    if new.state != "live" or held.state != "testing":
        return
    _traffic, shown = _measured(work, new, day)
    if not is_ready(shown):
        missing = "\n".join(f"  {each.item.title}: {each.item.remedy}" for each in shown if _is_missing(each))
        raise click.ClickException(f"not ready to go live (`hpedi partner test-report {new.id}`):\n{missing}")


def _measured(work: Work, partner: Partner, day: date) -> tuple[TrialTraffic, tuple[Shown, ...]]:
    from hpedi.commands.partner_terms import checklist
    from hpedi.partners.readiness import readiness
    from hpedi.pipeline.partner_profiles import trial_traffic

    traffic = trial_traffic(work, partner.id)
    return traffic, readiness(partner, traffic, checklist(), day)


def _is_missing(shown: Shown) -> bool:
    return shown.item.required and not shown.is_enough


def _print_report(partner: Partner, traffic: TrialTraffic, shown: Sequence[Shown], *, ready: bool) -> None:
    click.echo(
        f"{partner.id} ({partner.state}) sent {traffic.interchanges:,} test interchanges, {traffic.accepted:,} "
        f"accepted; {traffic.claims:,} claims, {traffic.claims_refused:,} refused\n"
    )
    print_table("", _SETS, ((name, tested.sets, tested.refused) for name, tested in traffic.sets.items()))
    print_table("", _FINDINGS, traffic.findings.items())
    print_table("Checklist", _ITEMS, (_item_row(each) for each in shown))
    click.echo("ready to go live" if ready else "not ready to go live")


def _item_row(shown: Shown) -> tuple[object, ...]:
    item = shown.item
    asked = f"at least {item.at_least}" if item.at_least is not None else f"at most {item.at_most}"
    enough = "yes" if shown.is_enough else ("no" if item.required else "no (advice)")
    return item.id, item.title, asked, shown.measured, enough, "" if shown.is_enough else item.remedy


@click.command("companion-guide")
@partner_argument
@click.option("--companion", metavar="ID", help="The companion guide; the one for the payer's own ids if left out.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there instead."
)
@as_of_option
@json_option
@click.pass_obj
def companion_guide(
    session: Session, partner_id: str, *, companion: str | None, output: Path | None, as_of: date | None, as_json: bool
) -> int:
    """Write the companion guide for a partner, as Markdown.

    It holds what is agreed on with the partner (identities, sets, versions, answers, limits, weights of rules) and what
    the payer asks of everybody (mappings/companion).

    \b
    Example:
      hpedi partner companion-guide lakes --output lakes.md
    """
    from hpedi.acceptance.partner_guide import partner_page
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.safekeeping.whole_files import write_whole

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "workspace", as_of)
    jobs = Jobs(workspace, context)
    partner = jobs.partner(partner_id)
    page = partner_page(partner, _matter(jobs.reference, companion, workspace.limits), context.as_of)
    if output is not None:
        write_whole(output, [page.encode()])
    if as_json:
        print_json({"partner": partner.id, "file": str(output) if output is not None else None, "guide": page})
    else:
        click.echo(page if output is None else f"wrote {output}")
    return ExitCode.OK


def _matter(reference: Reference, companion: str | None, limits: Limits) -> GuideMatter:
    """Return what the guide is made of beside the profile."""
    from hpedi.acceptance.companion_guide import read_about
    from hpedi.acceptance.partner_guide import GuideMatter
    from hpedi.acceptance_files import companions, every_rule
    from hpedi.mappings_folder import mapping

    payer = reference.payer
    ours = {payer.payer_id, *(each.isa_id for each in payer.identities), *(each.gs_id for each in payer.identities)}
    fitting = [
        each for each in companions().values() if each.id == companion or (not companion and each.receivers & ours)
    ]
    if not fitting:
        raise click.UsageError(f"there is no such companion guide; there are {', '.join(companions())}")
    guide = fitting[0]
    return GuideMatter(
        payer=payer,
        about=read_about(mapping(f"companion/{guide.id}/companion.yaml").read_bytes()),
        own=guide.rules,
        general={rule.id: rule for rule in every_rule()},
        severities=guide.severities,
        limits=limits,
    )
