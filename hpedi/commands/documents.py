"""Documents as commands hand them over: on the terminal, as a page (`--html`) or as sheets to print (`--pdf`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hpedi.commands.printing import print_table
from hpedi.documents.document import Document, Facts, Heading, Notice, Paragraph, Table

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Out = click.Path(dir_okay=False, path_type=Path)


def written_options(command: _Command) -> _Command:
    """Give a command `--html` and `--pdf`, handed to it as `page` and `sheets`."""
    for option in (
        click.option("--pdf", "sheets", type=_Out, metavar="OUT", help="Write it as PDF (needs the extra `pdf`)."),
        click.option("--html", "page", type=_Out, metavar="OUT", help="Write it as a page to read or print."),
    ):
        command = option(command)
    return command


def write_document(document: Document, page: Path | None, sheets: Path | None) -> bool:
    """Write a document as a page, as PDF or both, and say whether it was written at all.

    Raises:
        ClickException: The package that writes PDF is not installed.
    """
    from hpedi.documents.html_page import html_page
    from hpedi.safekeeping.whole_files import write_whole

    if sheets is not None:
        try:
            from hpedi.documents.pdf_page import pdf_page
        except ImportError:
            raise click.ClickException("PDF needs the package fpdf2: pip install 'hpedi[pdf]'") from None
        write_whole(sheets, [pdf_page(document)])
    if page is not None:
        write_whole(page, html_page(document))
    return (page, sheets) != (None, None)


def as_json_blocks(document: Document) -> dict[str, object]:
    """Return a document as JSON tells it: each block under the name of its kind."""
    blocks = [{type(block).__name__.lower(): block} for block in document.blocks]
    return {"title": document.title, "issuer": document.issuer, "day": document.day, "blocks": blocks}


def print_document(document: Document) -> None:
    """Print a document on the terminal."""
    click.echo(f"{document.title}\n{document.issuer}\n")
    for block in document.blocks:
        match block:
            case Facts():
                width = max((len(name) for name, _value in block.told), default=0)
                click.echo("".join(f"{name:<{width}}  {value}\n" for name, value in block.told))
            case Heading(text):
                click.echo(f"{text}\n{'-' * len(text)}")
            case Notice(text) | Paragraph(text):
                click.echo(f"{text}\n")
            case Table():
                print_table(block.title, block.columns, (*block.rows, *filter(None, (block.total,))))
