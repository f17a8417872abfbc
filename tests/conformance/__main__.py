"""`python -m tests.conformance --write DIR`: the corpus as files, to try another validator on it.

DIR/clean holds the clean files and DIR/mutants a file a mutation; DIR/manifest.tsv says what is to be found in each.
`python -m tests.conformance` alone tells how many there are of each set and level.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.conformance.corpus import Mutant, as_bytes, clean_names, clean_segments, mutants

COLUMNS: Final = "file set level severity code segment_id segment element component rule also_found".split()  # noqa: SIM905


def manifest(listed: Sequence[Mutant]) -> str:
    """Write the table of what is to be found, a line a file."""
    lines = ["\t".join(COLUMNS)]
    lines += [f"clean/{name}.edi\t{name.partition('-')[0]}" + "\t" * (len(COLUMNS) - 2) for name in clean_names()]
    for mutant in listed:
        first, *others = mutant.expected
        places = [str(number or "") for number in (first.segment, first.element, first.component)]
        also = " ".join(f"{other.code}@{other.segment}" for other in others)
        row = [f"mutants/{mutant.name}.edi", mutant.transaction, str(first.level), first.severity, first.code]
        lines.append("\t".join([*row, first.segment_id, *places, mutant.rule, also]))
    return "\n".join(lines) + "\n"


def write(folder: Path, listed: Sequence[Mutant]) -> None:
    """Write clean files, mutants and manifest."""
    for part in ("clean", "mutants"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name in clean_names():
        (folder / "clean" / f"{name}.edi").write_bytes(as_bytes(list(clean_segments(name))))
    for mutant in listed:
        (folder / "mutants" / f"{mutant.name}.edi").write_bytes(mutant.content)
    (folder / "manifest.tsv").write_text(manifest(listed), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the corpus, or count it."""
    listed = mutants()
    match arguments:
        case []:
            counted = Counter((mutant.transaction, mutant.expected[0].level) for mutant in listed)
            for (name, level), count in sorted(counted.items()):
                print(f"{name}\t{level}\t{count}")  # noqa: T201
            print(f"all\t\t{len(listed)}")  # noqa: T201
        case ["--write", folder]:
            write(Path(folder), listed)
        case _:
            print(__doc__, file=sys.stderr)  # noqa: T201
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
