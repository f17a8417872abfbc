"""Write the parts of docs/ that the program itself knows: docs/findings and the help in docs/commands.

`make docs` runs it; tests/house checks that what it would write is what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from docs.acknowledgement_tables import PAGE as ACKNOWLEDGEMENTS
from docs.acknowledgement_tables import page_with_tables
from docs.companion_pages import companion_pages
from docs.metrics_table import PAGE as METRICS
from docs.metrics_table import page_with_table
from docs.rule_pages import asks, rules_by_code
from hpedi.acceptance.rules.rule import Rule
from hpedi.acceptance_files import every_rule
from hpedi.commands import COMMANDS, hpedi
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.findings import FindingKind, Sent

DOCS = Path(__file__).resolve().parent
HELP_WIDTH = 100

SENT_IN = {
    "ta105": "TA1, note code (TA105)",
    "ak905": "999, group syntax error (AK905)",
    "ik502": "999, transaction set syntax error (IK502)",
    "ik304": "999, segment syntax error (IK304)",
    "ik403": "999, element syntax error (IK403)",
}


def pages() -> dict[Path, str]:
    """Return every generated page with its text."""
    made = {DOCS / "findings" / f"{kind.code}.md": finding_page(kind) for kind in FINDING_KINDS.values()}
    for code, rules in rules_by_code(every_rule()).items():
        made[DOCS / "findings" / f"{code}.md"] = rule_page(rules, FINDING_KINDS.get(code))
    made |= {DOCS / name: text for name, text in companion_pages().items()}
    made[DOCS / "findings" / "README.md"] = findings_index()
    made[ACKNOWLEDGEMENTS] = page_with_tables(ACKNOWLEDGEMENTS.read_text())
    made[METRICS] = page_with_table(METRICS.read_text())
    for name in COMMANDS:
        path = DOCS / "commands" / f"{name}.md"
        if path.exists():
            made[path] = with_help(path.read_text(), name)
    return made


def finding_page(kind: FindingKind) -> str:
    """Return the page of a kind of finding."""
    level = f"SNIP level {kind.snip}" if kind.snip else "Not about X12"
    answers = "".join(f"- {answer}\n" for answer in sent_back(kind.sent)) or "- nothing; it is reported only\n"
    return (
        f"# `{kind.code}`\n\n{kind.title}.\n\n"
        f"**What to do:** {kind.remedy}\n\n{level}; usually of severity **{kind.severity}**.\n\n"
        f"## What is sent back\n\n{answers}\n[All findings](README.md)\n"
    )


def rule_page(rules: list[Rule], also: FindingKind | None) -> str:
    """Return the page of a kind of finding that comes from rules, and perhaps from the program `also`."""
    kind = rules[0].kind
    by_program = "" if also is None else "hpedi looks at it for payers without a companion guide too.\n\n"
    answers = "".join(f"- {answer}\n" for answer in sent_back(kind.sent))
    told = "".join(f"- {line}\n" for rule in rules for line in asks(rule))
    return (
        f"# `{kind.code}`\n\n{kind.title}.\n\n"
        f"**What to do:** {kind.remedy}\n\nSNIP level {kind.snip}; usually of severity "
        f"**{rules[0].severity or 'off'}**: a partner or companion guide may weigh it otherwise.\n\n"
        f"{by_program}## The rule\n\n{told}\n"
        f"## What is sent back for an error\n\n{answers}\n"
        f"A warning is reported, but not sent.\n\n[All findings](README.md); [the language of rules](../rules.md)\n"
    )


def findings_index() -> str:
    """Return the table of all kinds of finding."""
    ruled = {code: rules[0].kind for code, rules in rules_by_code(every_rule()).items()}
    kinds = [*(kind for code, kind in FINDING_KINDS.items() if code not in ruled), *ruled.values()]
    rows = "".join(
        f"| [`{kind.code}`]({kind.code}.md) | {kind.snip or ''} | {kind.severity} | {kind.title} | "
        f"{'; '.join(short_sent(kind.sent))} |\n"
        for kind in kinds
    )
    return (
        "# Findings\n\nWhat hpedi may find wrong with a file, in the order of the work. `--json` carries the code, "
        "and so does every answer that is stored.\n\n"
        "| Code | SNIP | Severity | What is wrong | Sent back |\n|---|---|---|---|---|\n" + rows
    )


def sent_back(sent: Sent) -> Iterator[str]:
    """Yield what is sent back for a kind, in words."""
    for field, words in SENT_IN.items():
        if code := getattr(sent, field):
            yield f"{words}: `{code}`"
    if sent.status:
        yield f"277CA, claim status (STC01): `{':'.join(sent.status)}`"


def short_sent(sent: Sent) -> Iterator[str]:
    """Yield what is sent back for a kind, short."""
    for field in SENT_IN:
        if code := getattr(sent, field):
            yield f"{field.upper()} {code}"
    if sent.status:
        yield f"STC {':'.join(sent.status)}"


def with_help(page: str, name: str) -> str:
    """Return a command's page with its help as the program prints it now."""
    return re.sub(
        r"(?<=^```text\n)\$ hpedi [a-z -]+ --help\n.*?(?=^```$)",
        lambda block: help_text(block.group().split("\n", 1)[0].split()[2:-1] or [name]),
        page,
        flags=re.MULTILINE | re.DOTALL,
    )


def help_text(words: list[str]) -> str:
    """Return what `hpedi WORDS --help` prints, with the line that asks for it."""
    command: click.Command = hpedi
    context = click.Context(hpedi, info_name="hpedi", terminal_width=HELP_WIDTH, **hpedi.context_settings)
    for word in words:
        inner = command.get_command(context, word) if isinstance(command, click.Group) else None
        if inner is None:
            raise LookupError(f"no command {' '.join(words)}")
        command, context = inner, click.Context(inner, info_name=word, parent=context, terminal_width=HELP_WIDTH)
    return f"$ hpedi {' '.join(words)} --help\n{command.get_help(context).rstrip()}\n"


def main() -> None:
    """Write every page that is not current, and remove pages of findings that are no more."""
    made = pages()
    for path, text in made.items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            click.echo(f"wrote {path.relative_to(DOCS.parent)}")
    for stale in set((DOCS / "findings").glob("*.md")) - set(made):
        stale.unlink()
        click.echo(f"removed {stale.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
