"""Our verdicts against those of other validators, as the catalogue of the samples recorded them.

`python -m tests.differential.others` prints the differences that others.tsv does not explain; `--write` renders
docs/differences-from-others.md from the explained ones. Only verdicts of whole files are compared (SNIP 1 and 2):
the others tell their errors in words of their own. A validator that has no guide for a file, or that broke down on
it, has given no verdict. pyx12 is asked anew, set by set, in `compare`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from tests.differential.compare import GUIDES, errata, our_findings, read_table, sets_of
from tests.shared import PROJECT, samples_dir

TYPES: Final = ("270", "271", "276", "277", "837D", "837I", "834", "820")
VALIDATORS: Final = ("lfh_x12", "stupidedi", "cosyte")
CLASSIFIED: Final = Path(__file__).parent / "others.tsv"
DOCUMENT: Final = PROJECT / "docs" / "differences-from-others.md"
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
NO_VERDICT: Final = "-"
VERDICTS: Final = (
    ("valid", ACCEPTED),
    ("invalid:FATAL", NO_VERDICT),
    ("invalid", REJECTED),
    ("fatal", REJECTED),
    ("ERR:ValidationError", REJECTED),
    ("ERR:X12ParseException", REJECTED),
    ("", NO_VERDICT),
)
"""What the beginning of a recorded verdict means: the first that fits. Other ERR and EXC are breakdowns."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the catalogue says of a sample: its file, and each validator's words."""

    sample: str
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A sample on which a validator's verdict is not ours, with the findings of ours that reject it."""

    sample: str
    validator: str
    hpedi: str
    theirs: str
    findings: tuple[str, ...]

    @property
    def line(self) -> str:
        """The difference in a line."""
        return "\t".join((self.sample, self.validator, self.hpedi, self.theirs, " ".join(self.findings)))


@dataclass(frozen=True, slots=True)
class Classification:
    """A line of others.tsv."""

    sample: str
    validator: str
    hpedi: str
    theirs: str
    row: str
    why: str

    def explains(self, difference: Difference) -> bool:
        """Say whether a difference is what this line is about; one that cites a finding asks that we have it."""
        kind, _, code = self.row.partition(" ")
        return (
            fnmatchcase(difference.sample, self.sample)
            and fnmatchcase(difference.validator, self.validator)
            and fnmatchcase(difference.hpedi, self.hpedi)
            and fnmatchcase(difference.theirs, self.theirs)
            and (kind != "finding" or code in difference.findings)
        )


@dataclass(slots=True)
class Comparison:
    """The outcome: files judged, verdicts that agree, and those that differ by the line that explains them."""

    explained: dict[Classification, list[Difference]]
    unexplained: list[Difference] = field(default_factory=list)
    agreeing: Counter[str] = field(default_factory=Counter)
    judged: int = 0


def recorded() -> Iterator[Recorded]:
    """Lines of the catalogue about the sets compared here."""
    for row in read_table(samples_dir() / "CATALOG.tsv"):
        if row["type"] in TYPES:
            yield Recorded(row["file"], {validator: row[validator] for validator in VALIDATORS})


def meaning(said: str) -> str:
    """Return what a recorded verdict means."""
    return next(verdict for beginning, verdict in VERDICTS if said.startswith(beginning))


def our_errors(file: Path) -> tuple[str, ...] | None:
    """Return the codes of our errors in a file, each once; None if we have no guide for any of its sets."""
    codes: dict[str, None] = {}
    guided = False
    for judged in list(sets_of(file)):
        guide = GUIDES.guide_for(judged.functional_id, judged.version, judged.set_id)
        if guide is not None:
            guided = True
            codes |= dict.fromkeys(finding.code for finding in our_findings(guide, judged) if finding.is_error)
    return tuple(codes) if guided else None


def classifications() -> list[Classification]:
    """Lines of others.tsv."""
    return [Classification(**row) for row in read_table(CLASSIFIED)]


def compare() -> Comparison:
    """Compare our verdict on each sample with the recorded ones."""
    outcome = Comparison({line: [] for line in classifications()})
    for sample in recorded():
        errors = our_errors(samples_dir() / sample.sample)
        if errors is None:
            continue
        outcome.judged += 1
        ours = REJECTED if errors else ACCEPTED
        for validator, said in sample.said.items():
            theirs = meaning(said)
            if theirs == ours:
                outcome.agreeing[validator] += 1
            elif theirs != NO_VERDICT:
                _sort(outcome, Difference(sample.sample, validator, ours, said, errors))
    return outcome


def _sort(outcome: Comparison, difference: Difference) -> None:
    line = next((line for line in outcome.explained if line.explains(difference)), None)
    (outcome.explained[line] if line else outcome.unexplained).append(difference)


def render(outcome: Comparison) -> str:
    """Write the document: how often we agree, then each cited row with what it explains."""
    differing = Counter(each.validator for differences in outcome.explained.values() for each in differences)
    parts = [_HEAD.format(files=outcome.judged)]
    parts += [f"| {name} | {outcome.agreeing[name]} | {differing[name]} |\n" for name in VALIDATORS]
    by_row: dict[str, list[Classification]] = defaultdict(list)
    for line, differences in outcome.explained.items():
        if differences:
            by_row[line.row].append(line)
    for row, lines in sorted(by_row.items()):
        parts.append(f"\n## {row}\n\n{_said_of(row)}")
        for line in lines:
            parts.append(f"\n{line.why}\n\n| sample | validator | hpedi | validator's verdict |\n|---|---|---|---|\n")
            parts += [
                f"| {each.sample} | {each.validator} | {each.hpedi} | {meaning(each.theirs)} |\n"
                for each in outcome.explained[line]
            ]
    return "".join(parts)


def _said_of(row: str) -> str:
    """Return what the cited row says, if it is one of a table of facts or errata."""
    fact = facts().get(row)
    if fact is not None:
        codes = f" Codes: {fact['codes']}." if fact["codes"] else ""
        return f"{fact['name']}: usage {fact['usage']}, repeat {fact['repeat']}.{codes} Sources: {fact['sources']}.\n"
    erratum = errata().get(row)
    return "" if erratum is None else f"{erratum['where']}: {erratum['expected']}. File: {erratum['file']}.\n"


def facts() -> dict[str, dict[str, str]]:
    """Rows of the fact tables, by table and path: `270_X279A1 ST/ST03`."""
    tables = sorted((PROJECT / "tests" / "facts").glob("*.tsv"))
    return {f"{table.stem} {row['path']}": row for table in tables for row in read_table(table)}


_HEAD: Final = """# Differences from other validators

Every 270, 271, 276, 277, 837D, 837I, 834 and 820 file of the samples that hpedi has a guide for is judged ({files}
files, SNIP 1 and 2) and its verdict compared with those the samples' catalogue recorded of other validators. Where they
differ, the difference is listed under a node of the fact tables (tests/facts), a row of the errata tables
(mappings/guides) or a finding of hpedi (docs/findings) that says why; one without such a line fails the test. A
validator that has no guide for a file, or that broke down on it, has given no verdict. pyx12 is asked set by set: see
[differences from pyx12](differences-from-pyx12.md).

Written by `python -m tests.differential.others --write`.

| validator | same verdict | differs |
|---|---|---|
"""


def main(arguments: list[str]) -> int:
    """Print what is not explained, or write the document."""
    outcome = compare()
    for difference in outcome.unexplained:
        print(difference.line)  # noqa: T201
    if "--write" in arguments and not outcome.unexplained:
        DOCUMENT.write_text(render(outcome), encoding="utf-8")
    return 1 if outcome.unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
