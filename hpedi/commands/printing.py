"""How commands print: tables for people, one JSON object a line for programs, progress only on a terminal.

Results go to the standard output, progress and hints to the standard error, so that `--json` can be piped.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from decimal import Decimal
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import click
import msgspec

from hpedi.adjudication.decision import TrailStep
from hpedi.claims.model import Model
from hpedi.documents.document import Column, money_column

__all__ = ["Column", "as_text", "hint", "json_option", "money_column", "print_json", "print_table", "progress"]

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_WITHOUT_TERMINAL: Final = 130
_WIDEST: Final = 10_000
_BETWEEN: Final = "   "

_Command = TypeVar("_Command", bound=Callable[..., Any])


def json_option(command: _Command) -> _Command:
    """Give a command `--json`, handed to it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line; amounts are strings.")(
        command
    )


def print_json(value: object) -> None:
    """Print a value as one line of JSON: models as objects, amounts as strings, dates as CCYY-MM-DD."""
    click.echo(msgspec.json.encode(_whole(value)).decode())


def _whole(value: object) -> object:
    """Return a value whose models say all of their fields: those that are kept leave out what is as usual.

    A step of a trail leaves it out here too: most of its fields say nothing in most steps.
    """
    if isinstance(value, TrailStep):
        return value
    if isinstance(value, Model):
        return {name: _whole(getattr(value, name)) for name in value.__struct_fields__}
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _whole(getattr(value, each.name)) for each in fields_of(value)}
    if isinstance(value, Mapping):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    return value


def print_table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table; no table at all if there are none.

    Args:
        title: Its heading.
        columns: Its columns.
        rows: A cell each column: text, a number, US dollars or None.
    """
    every = [[as_text(cell) for cell in row] for row in rows]
    if not every:
        return
    plain = None if sys.stdout.isatty() else drawn_plainly(title, columns, every)
    click.echo(drawn(title, columns, every) if plain is None else plain)


def drawn_plainly(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str | None:
    """Return what `drawn` does of a table of plain text that needs neither colour nor a break; None for any other.

    A table of ten thousand rows takes rich half a minute.
    """
    cells = [[column.title for column in columns], *rows]
    widths = [max(map(len, each)) for each in zip(*cells, strict=True)]
    width = sum(widths) + len(_BETWEEN) * (len(widths) - 1)
    texts = [title, *(cell for row in cells for cell in row)]
    is_plain = all(text.isascii() and text.isprintable() and text == text.strip() for text in texts)
    if not (is_plain and all(widths) and len(title) <= width <= _WIDTH_WITHOUT_TERMINAL):
        return None
    sides = [f">{size}" if column.right else f"<{size}" for column, size in zip(columns, widths, strict=True)]
    row_of = _BETWEEN.join(f"{{:{side}}}" for side in sides).format
    head, *others = (row_of(*row).rstrip() for row in cells)
    return "\n".join([*([title] if title else []), head, "\u2500" * width, *others]) + "\n"


def drawn(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    """Return the text of a table, as wide as it has to be."""
    from rich import box
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for column in columns:
        side: Literal["left", "right"] = "right" if column.right else "left"
        table.add_column(column.title, justify=side, no_wrap=column.whole, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = _console()
    # What is whole is never cut: such a table may be wider than the terminal.
    console.width = max(console.width, Measurement.get(console, console.options.update_width(_WIDEST), table).minimum)
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def as_text(cell: object) -> str:
    """Return a cell's text: dollars and counts with thousands commas, None as nothing."""
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, Decimal | int) and not isinstance(cell, bool) else str(cell)


def hint(message: str) -> None:
    """Tell somebody at a terminal something that is no result."""
    click.echo(message, err=True)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how far long work is, on a terminal only.

    Args:
        label: What is being done.
        total: Steps in all, for example bytes; None if nobody knows.

    Yields:
        A function to call with the number of steps just done.
    """
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)


def _console() -> Console:
    from rich.console import Console

    at_terminal = sys.stdout.isatty()
    width = get_terminal_size().columns if at_terminal else _WIDTH_WITHOUT_TERMINAL
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)
