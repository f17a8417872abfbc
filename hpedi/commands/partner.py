"""`hpedi partner`: trading partners, their states, settings, keys and guides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import ExistingFile, dry_run_option
from hpedi.commands.partner_changes import (
    as_written,
    change_partner,
    existing,
    print_changed,
    seen_partners,
)
from hpedi.commands.partner_pages import companion_guide, refuse_unready, test_report
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.partner_profiles import Profiles, ProfileStep
    from hpedi.reference.partners import Partner

_PARTNERS: Final = (
    Column("Partner", whole=True),
    Column("Name"),
    Column("Kind", whole=True),
    Column("State", whole=True),
    Column("Interchange ids"),
    Column("Sends"),
)
_FIELDS: Final = (Column("Field", whole=True), Column("Value"), Column("Set", whole=True))
_HISTORY: Final = (
    Column("When", whole=True),
    Column("By", whole=True),
    Column("Why"),
    Column("Field", whole=True),
    Column("Before"),
    Column("After"),
)
_KEYS: Final = (Column("Fingerprint", whole=True), Column("Added", whole=True), Column("Revoked", whole=True))

partner_argument = click.argument("partner_id", metavar="PARTNER")
why_option = click.option("--why", required=True, metavar="TEXT", help="Why; kept with the change, so no member data.")
settings_argument = click.argument("settings", metavar="[FIELD=VALUE]...", nargs=-1)


@click.group()
def command() -> None:
    """Keep trading partners: states, settings, keys and guides.

    \b
    Example:
      hpedi partner set lakes acknowledgements.ta1=always --why "asked for by mail"
    """


command.add_command(test_report)
command.add_command(companion_guide)


@command.command("list")
@json_option
@click.pass_obj
def list_partners(session: Session, *, as_json: bool) -> int:
    """List the partners and their states.

    \b
    Example:
      hpedi partner list
    """
    _context, profiles = seen_partners(session)
    if as_json:
        for partner in profiles.holding:
            print_json({"partner": _shown(partner)})
        return ExitCode.OK
    rows = [
        (
            each.id,
            each.name,
            each.kind,
            each.state,
            ", ".join(f"{isa.qualifier}:{isa.id}" for isa in each.isa_ids),
            ", ".join(each.sends) or "any",
        )
        for each in profiles.holding
    ]
    print_table("", _PARTNERS, rows)
    return ExitCode.OK


@command.command()
@partner_argument
@click.option("--history", "with_history", is_flag=True, help="Show each change: when, by whom, why.")
@json_option
@click.pass_obj
def show(session: Session, partner_id: str, *, with_history: bool, as_json: bool) -> int:
    """Show a partner's profile, and where each field was set.

    \b
    Example:
      hpedi partner show lakes --history
    """
    from hpedi.reference.partner_changes import effective, settings_of

    _context, profiles = seen_partners(session)
    partner = existing(profiles.holding, partner_id)
    steps = _history(session, partner_id) if with_history else ()
    if as_json:
        print_json({"partner": _shown(partner), **({"history": steps} if with_history else {})})
        return ExitCode.OK
    said = effective(profiles.said.get(partner_id), None)
    of_folder = settings_of(said) if said is not None else {}
    rows = [
        (field, as_written(value), "payer folder" if field in of_folder and of_folder[field] == value else "here")
        for field, value in settings_of(partner).items()
        if field != "keys" and (field != "resumes_as" or partner.state == "suspended")
    ]
    print_table(f"Partner {partner_id}", _FIELDS, rows)
    _print_keys(partner)
    print_table(
        "History",
        _HISTORY,
        (
            (f"{step.at:%Y-%m-%d %H:%M}", step.by, step.why, field, as_written(before), as_written(after))
            for step in steps
            for field, before, after in step.changed
            if as_written(before) or as_written(after)
        ),
    )
    return ExitCode.OK


def _history(session: Session, partner_id: str) -> tuple[ProfileStep, ...]:
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.partner_profiles import profile_history

    workspace = open_workspace(session.home)
    with workspace.books.reading(acting(workspace, "see", "workspace")) as work:
        return profile_history(work, partner_id)


def _shown(partner: Partner) -> dict[str, object]:
    from hpedi.reference.partner_changes import settings_of

    keys = [{"fingerprint": key.fingerprint, "added": key.added, "revoked": key.revoked} for key in partner.keys]
    return {"id": partner.id, **settings_of(partner), "keys": keys}


def _print_keys(partner: Partner) -> None:
    print_table("Keys", _KEYS, ((key.fingerprint, key.added, key.revoked) for key in partner.keys))


@command.command()
@partner_argument
@click.option("--name", required=True, metavar="TEXT", help="What people call it.")
@click.option(
    "--isa", "isa_ids", required=True, multiple=True, metavar="QUALIFIER:ID", help="ISA05 and ISA06; several times."
)
@settings_argument
@why_option
@dry_run_option
@json_option
@click.pass_obj
def add(
    session: Session, partner_id: str, settings: tuple[str, ...], *, name: str, isa_ids: tuple[str, ...], why: str,
    dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Add a partner, in the state draft.

    A partner that the payer folder has later too is then told by both: see `set`.

    \b
    Example:
      hpedi partner add lakes --name "LAKES CLEARING" --isa ZZ:LAKESCLR "gs_ids=[LAKESCLR]" --why "signed on 1 May"
    """
    from hpedi.reference.values import READERS

    identities = []
    for written in isa_ids:
        qualifier, _colon, isa_id = written.partition(":")
        identities.append({"qualifier": qualifier, "id": isa_id})
    try:
        READERS["folder"][1](partner_id)
    except ValueError:
        raise click.UsageError(f"PARTNER must be {READERS['folder'][0]}") from None

    def wanted(_profiles: Profiles, current: Partner | None) -> Partner:
        if current is not None:
            raise click.UsageError("there is such a partner already; change it with `hpedi partner set`")
        new = _set(partner_id, {"name": name, "isa_ids": identities, "state": "draft"}, None, settings)
        if new.state != "draft":
            raise click.UsageError("a partner begins as draft; change its state with `hpedi partner set`")
        return new

    done = change_partner(session, partner_id, wanted, action="partner add", why=why, dry_run=dry_run)
    print_changed(done, as_json=as_json)
    return ExitCode.OK


@command.command("set")
@partner_argument
@click.argument("settings", metavar="FIELD=VALUE...", nargs=-1, required=True)
@why_option
@click.option("--skip-checklist", is_flag=True, help="Go live though test-report says that it is not ready.")
@dry_run_option
@json_option
@click.pass_obj
def set_fields(
    session: Session, partner_id: str, settings: tuple[str, ...], *, why: str, skip_checklist: bool, dry_run: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Change a partner's profile; what was known before stays in its history.

    FIELD is a field of the profile, or one inside it (acknowledgements.ta1, severities.RULE, limits.NAME). VALUE is
    YAML: a text, a list in brackets, a mapping in braces. No VALUE gives the field back to the payer folder.

    What is set here holds until the payer folder says something else of the field than it did then. States go from
    draft to testing to live; live asks for the checklist of `hpedi partner test-report`.

    \b
    Example:
      hpedi partner set lakes state=testing "sends=[837P, 837I]" --why "agreement signed" --dry-run
      hpedi partner set lakes severities.S6-040=warning limits.sets_in_interchange=100 --why "agreed on 3 May"
      hpedi partner set lakes gs_ids= --why "as in the payer folder again"
    """

    def wanted(profiles: Profiles, current: Partner | None) -> Partner:
        from hpedi.partners.states import entered
        from hpedi.reference.partner_changes import settings_of

        held = existing(profiles.holding, current.id if current is not None else partner_id)
        new = _set(partner_id, settings_of(held), profiles.said.get(partner_id), settings)
        try:
            return entered(held, new)
        except ValueError as refused:
            raise click.UsageError(str(refused)) from None

    done = change_partner(
        session,
        partner_id,
        wanted,
        action="partner set",
        why=why,
        dry_run=dry_run,
        gate=None if skip_checklist else refuse_unready,
    )
    print_changed(done, as_json=as_json)
    return ExitCode.OK


def _set(partner_id: str, current: dict[str, object], said: Partner | None, settings: tuple[str, ...]) -> Partner:
    from hpedi.reference.partner_settings import NotASetting, with_settings

    try:
        new, findings = with_settings(partner_id, current, said, settings)
    except NotASetting as wrong:
        raise click.UsageError(str(wrong)) from None
    if new is None:
        raise click.UsageError("\n".join(finding.message for finding in findings))
    return new


@command.command()
@partner_argument
@why_option
@dry_run_option
@json_option
@click.pass_obj
def suspend(session: Session, partner_id: str, *, why: str, dry_run: bool, as_json: bool) -> int:
    """Take nothing of a partner from now on: its interchanges are refused with a TA1.

    Claims that were accepted are decided and paid, and its answers and remittances still go out.

    \b
    Example:
      hpedi partner suspend lakes --why "certificate lapsed"
    """
    return _to_state(session, partner_id, "suspended", why=why, dry_run=dry_run, as_json=as_json)


@command.command()
@partner_argument
@why_option
@dry_run_option
@json_option
@click.pass_obj
def resume(session: Session, partner_id: str, *, why: str, dry_run: bool, as_json: bool) -> int:
    """Bring a suspended partner back to the state that it had.

    \b
    Example:
      hpedi partner resume lakes --why "certificate renewed"
    """
    return _to_state(session, partner_id, "", why=why, dry_run=dry_run, as_json=as_json)


def _to_state(session: Session, partner_id: str, state: str, *, why: str, dry_run: bool, as_json: bool) -> int:
    """Suspend a partner, or without a state resume it."""

    def wanted(profiles: Profiles, _current: Partner | None) -> Partner:
        from hpedi.partners.states import resumed, suspended

        held = existing(profiles.holding, partner_id)
        return suspended(held) if state else resumed(held)

    action = "partner suspend" if state else "partner resume"
    done = change_partner(session, partner_id, wanted, action=action, why=why, dry_run=dry_run)
    print_changed(done, as_json=as_json)
    return ExitCode.OK


@command.command()
@partner_argument
@click.option("--add", "added", type=ExistingFile, metavar="FILE", help="Add the SSH public key of a file.")
@click.option("--revoke", "revoked", metavar="FINGERPRINT", help="Revoke a key from today on.")
@click.option("--why", metavar="TEXT", help="Why; needed to add and to revoke.")
@dry_run_option
@json_option
@click.pass_obj
def keys(
    session: Session, partner_id: str, *, added: Path | None, revoked: str | None, why: str | None, dry_run: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Show a partner's public keys by their fingerprints; add or revoke one.

    A key is good from the day it is added until the day it is revoked. Revoked keys stay in the list.

    \b
    Example:
      hpedi partner keys lakes --add lakes_ed25519.pub --why "new server"
    """
    if added is None and revoked is None:
        partner = existing(seen_partners(session)[1].holding, partner_id)
        print_json({"keys": _shown(partner)["keys"]}) if as_json else _print_keys(partner)
        return ExitCode.OK
    if not why:
        raise click.UsageError("say --why")
    line = added.read_text(errors="replace") if added is not None else ""

    def wanted(profiles: Profiles, _current: Partner | None) -> Partner:
        from hpedi.commands.workspace import context_for
        from hpedi.partners.keys import NotAKey, with_key, without_key

        held, today = existing(profiles.holding, partner_id), context_for(None).as_of
        try:
            held = with_key(held, line, today) if added is not None else held
            return without_key(held, revoked, today) if revoked else held
        except NotAKey as wrong:
            raise click.UsageError(str(wrong)) from None

    done = change_partner(session, partner_id, wanted, action="partner keys", why=why, dry_run=dry_run)
    print_changed(done, as_json=as_json)
    return ExitCode.OK
