"""The bytes of files that commands read and write: in chunks, whole or not at all, `-` for the standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from hpedi.findings import Finding
from hpedi.safekeeping.whole_files import write_whole
from hpedi.x12.events import InterchangeStart
from hpedi.x12.reader import read_x12

STANDARD_OUTPUT: Final = Path("-")

_CHUNK_BYTES: Final = 1 << 18

_Command = TypeVar("_Command", bound=Callable[..., Any])


class GivenUp(Exception):
    """What was to be written has a finding: nothing of it is to be kept."""


def output_option(command: _Command) -> _Command:
    """Give a command `-o`, handed to it as `out`."""
    return click.option(
        "--output",
        "-o",
        "out",
        type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
        default=STANDARD_OUTPUT,
        metavar="FILE",
        help="Where to write; the standard output if left out or -.",
    )(command)


def check_output(file: Path, out: Path, *, as_json: bool) -> None:
    """Refuse to write over the file that is read, and to mix a report with what is written.

    Raises:
        UsageError: See above.
    """
    if out == STANDARD_OUTPUT:
        if as_json:
            raise click.UsageError("--json prints the report to the standard output: name a file with -o")
    elif out.exists() and out.samefile(file):
        raise click.UsageError("-o would write over the file itself")


def _nobody(_bytes: int) -> None:
    """Tell nobody."""


def chunks_of(path: Path, advance: Callable[[int], None] = _nobody) -> Iterator[bytes]:
    """Read a file in chunks.

    Args:
        path: The file.
        advance: Told the bytes of each chunk when it was worked on.
    """
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk
            advance(len(chunk))


def write_output(out: Path, chunks: Iterable[bytes]) -> None:
    """Write to a file, whole or not at all, or to the standard output.

    Raises:
        GivenUp: From the chunks: a file is not written then.
        Unavailable: The disk is full or the folder is not writable.
    """
    if out != STANDARD_OUTPUT:
        write_whole(out, chunks)
        return
    stream = sys.stdout.buffer
    try:
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()
    except BrokenPipeError:  # who reads it has enough, for example `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def why_not_x12(path: Path) -> list[Finding]:
    """Return the findings of a file in which no interchange starts; none of any other."""
    findings = []
    for event in read_x12(chunks_of(path), file=path.name):
        if isinstance(event, InterchangeStart):
            return []
        if isinstance(event, Finding):
            findings.append(event)
    return findings
