"""Documentation is executed and counted: pages, help, findings, the README's words."""

from __future__ import annotations

import re
import subprocess

import click
import pytest

from docs import generate
from hpedi.acceptance_files import every_rule
from hpedi.commands import COMMANDS, hpedi
from hpedi.finding_kinds import FINDING_KINDS
from tests.shared import PROJECT

DOCS = PROJECT / "docs"
LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)(?:#[^)]*)?\)")


def command_named(name: str) -> click.Command:
    """Return a command of hpedi."""
    command = hpedi.get_command(click.Context(hpedi), name)
    assert command is not None
    return command


def test_generated_pages_are_current() -> None:
    """What `make docs` writes is what stands in docs/."""
    stale = [str(path) for path, text in generate.pages().items() if not path.exists() or path.read_text() != text]
    assert not stale, "run `make docs`"


def test_each_finding_has_a_page_and_no_page_is_left_over() -> None:
    """docs/findings holds one page a kind of finding, and the index."""
    pages = {path.stem for path in (DOCS / "findings").glob("*.md")} - {"README"}
    assert pages == {*FINDING_KINDS, *(rule.kind.code for rule in every_rule())}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_page_with_its_help(name: str) -> None:
    """Each command has a page that shows its help as it is now, linked from the list of commands."""
    page = (DOCS / "commands" / f"{name}.md").read_text()
    assert f"$ hpedi {name} --help" in page
    assert f"({name}.md)" in (DOCS / "commands" / "README.md").read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_helps(name: str) -> None:
    """Each command's help begins with its line in the list, tells each option and shows an example."""
    command = command_named(name)
    assert (command.help or "").split("\n")[0] == COMMANDS[name]
    inner = command.commands.values() if isinstance(command, click.Group) else [command]
    for one in inner:
        assert "hpedi " in (one.help or ""), "no example"
        silent = [option.name for option in one.params if isinstance(option, click.Option) and not option.help]
        assert not silent


def test_no_link_is_dead() -> None:
    """Each relative link of README and docs leads to a file."""
    pages = [*DOCS.rglob("*.md"), *PROJECT.glob("*.md")]
    dead = [
        f"{page.relative_to(PROJECT)} -> {target}"
        for page in pages
        for target in LINK.findall(page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not dead


def test_the_readme_names_the_two_words_first() -> None:
    """The README's first screen gives `make run` and `make test`, and make knows how to do what the README says."""
    readme = (PROJECT / "README.md").read_text()
    assert "make run" in readme[:1500]
    assert "make test" in readme[:1500]
    for word in sorted(set(re.findall(r"^make ([a-z]+)", readme, re.MULTILINE))):
        done = subprocess.run(["make", "--dry-run", word], cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
