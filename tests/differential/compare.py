"""Our reader and guide engine against pyx12's, set by set, over the sample files that others wrote.

`python -m tests.differential.compare` prints the differences that classified.tsv does not explain; `--write` renders
docs/differences-from-pyx12.md from the explained ones. Samples are named by their catalogue ids; nothing of their
content is kept: a difference is a place (segment, element, component) and the IK304 and IK403 codes of both sides.

A set of an 837P version that neither engine has a map for (X222, X222A2 ...) is judged by the adopted X222A1 in both,
its ST03 changed to match: it has much to say about the engines.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path
from typing import Final, TypeAlias

from hpedi.crosscheck import Opinion, Pyx12Answer, validate_with_pyx12
from hpedi.findings import Finding, Where
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.guides.walk import walk_set
from hpedi.x12.events import Delimiters, GroupStart, InterchangeStart, OffsetsOf, SegmentBatch, SetEnd, SetStart
from hpedi.x12.reader import read_x12
from tests.shared import PROJECT, samples_dir

FOLDERS: Final = "837P 837I 837D 835 999 277CA 270 271 276 277 other-hipaa malformed nasty pairs_pyx12".split()  # noqa: SIM905
CLASSIFIED: Final = Path(__file__).parent / "classified.tsv"
DOCUMENT: Final = PROJECT / "docs" / "differences-from-pyx12.md"
ERRATA: Final = (
    PROJECT / "mappings" / "guides" / "errata.tsv",
    PROJECT / "mappings" / "guides" / "errata_own.tsv",
)
PROFESSIONAL: Final = "005010X222A1"
PROFESSIONAL_OTHERS: Final = frozenset({"005010X222", "005010X222A2", "005010X291", "005010X298"})
NONE: Final = "-"
LACKING: Final = ("3", "I7")
NOT_FOUND: Final = "1"
VERDICT: Final = "VERDICT"
GUIDES: Final = GuideFiles()

Place: TypeAlias = tuple[int, str, int, int]  # position, segment id, element, component; 0 where it is not so deep


class NoOffsets(OffsetsOf):
    """Offsets of segments whose bytes are not at hand: a set by itself."""

    def of(self, index: int) -> int:
        """Return the ordinal in place of an offset."""
        return index


@dataclass(frozen=True, slots=True)
class SampleSet:
    """One transaction set of a sample.

    Attributes:
        sample: The sample's file, as the catalogue names it.
        ordinal: Which set of the file, from 1.
        functional_id: GS01.
        version: GS08, or 005010X222A1 for other professional versions.
        set_id: ST01.
        delimiters: Of its interchange.
        texts: Its segments.
        envelope: What our reader found between its ST and SE.
    """

    sample: str
    ordinal: int
    functional_id: str
    version: str
    set_id: str
    delimiters: Delimiters
    texts: list[str]
    envelope: list[Finding]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the engines differ on a set: at one place, with the codes of each; or in the verdict."""

    sample: str
    ordinal: int
    position: int
    place: str
    hpedi: str
    pyx12: str

    @property
    def line(self) -> str:
        """The difference in a line."""
        return "\t".join((self.sample, str(self.ordinal), str(self.position), self.place, self.hpedi, self.pyx12))


@dataclass(frozen=True, slots=True)
class Classification:
    """A line of classified.tsv: patterns of what it explains, the errata row it cites and why."""

    sample: str
    place: str
    hpedi: str
    pyx12: str
    row: str
    why: str

    def explains(self, difference: Difference) -> bool:
        """Say whether a difference is what this line is about."""
        return (
            fnmatchcase(difference.sample, self.sample)
            and fnmatchcase(difference.place, self.place)
            and fnmatchcase(difference.hpedi, self.hpedi)
            and fnmatchcase(difference.pyx12, self.pyx12)
        )


@dataclass(slots=True)
class Codes:
    """The codes one engine has.

    Attributes:
        at: By place.
        lacking: For a missing segment, or a loop that it starts, the code of each time it is missed, by segment id.
            They are compared in order, not by position: when a miss is noticed is the engine's own affair, and pyx12
            gives one noticed at SE the position of the segment before.
    """

    at: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    lacking: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: Place, code: str) -> None:
        """Note a code."""
        position, segment_id, element, _ = place
        if code in LACKING and not element:
            self.lacking[segment_id].append((position, code))
        else:
            self.at[place].add(code)


def samples() -> list[Path]:
    """Sample files, in the order of their folders and names."""
    return [file for folder in FOLDERS for file in sorted((samples_dir() / folder).iterdir())]


def sets_of(file: Path) -> Iterator[SampleSet]:
    """Read the transaction sets of a sample with our reader."""
    delimiters, ordinal = Delimiters(), 0
    group: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    texts: list[str] = []
    envelope: list[Finding] = []
    for event in read_x12([file.read_bytes()], file=file.name):
        match event:
            case InterchangeStart():
                delimiters = event.delimiters
            case GroupStart():
                group = event.elements
            case SetStart():
                opened, texts, envelope, ordinal = event.elements, [], [], ordinal + 1
            case SegmentBatch():
                texts += event.texts
            case Finding():
                envelope.append(event)
            case SetEnd():
                version = PROFESSIONAL if group[8] in PROFESSIONAL_OTHERS and group[1] == "HC" else group[8]
                if version != group[8]:
                    envelope = [each for each in envelope if each.code != "set-version-not-of-group"]
                    texts[0] = delimiters.element.join((*opened[:3], version))
                name = f"{file.parent.name}/{file.name}"
                yield SampleSet(name, ordinal, group[1], version, opened[1], delimiters, texts, envelope)
            case _:
                pass


def our_findings(guide: Guide, judged: SampleSet) -> list[Finding]:
    """Walk a set through its guide with our engine; with what our reader found in it."""
    where = Where(file=judged.sample, transaction_set=str(judged.ordinal))
    batch = SegmentBatch(judged.texts, 1, NoOffsets())
    placed = walk_set(guide, judged.delimiters, [batch], where)
    return [*judged.envelope, *(finding for part in placed for finding in part.findings)]


def our_codes(findings: Iterable[Finding]) -> Codes:
    """Codes of our findings of weight error, by place."""
    codes = Codes()
    for finding in findings:
        sent, where = finding.kind.sent, finding.where
        if not finding.is_error:
            continue
        if sent.ik502:
            codes.add((0, "SET", 0, 0), sent.ik502)
        if sent.ik304:
            codes.add((where.segment or 0, where.segment_id or "", 0, 0), sent.ik304)
        if sent.ik403:
            place = (where.segment or 0, where.segment_id or "", where.element or 0, where.component or 0)
            codes.add(place, sent.ik403)
    return codes


def pyx12_codes(answer: Pyx12Answer) -> Codes:
    """Codes of pyx12's answer, by place."""
    codes = Codes()
    for code in answer.set_codes:
        codes.add((0, "SET", 0, 0), code)
    for segment in answer.segments:
        for code in segment.codes:
            codes.add((segment.position, segment.segment_id, 0, 0), code)
        for element in segment.elements:
            codes.add((segment.position, segment.segment_id, element.element, element.component), element.code)
    return codes


def name_of(place: Place) -> str:
    """Name a place as classified.tsv does: NM1, NM103, CLM05-1."""
    _, segment_id, element, component = place
    return segment_id + (f"{element:02d}" if element else "") + (f"-{component}" if component else "")


def differences_of(judged: SampleSet) -> list[Difference]:
    """Judge a set with both engines and list where they differ; empty for a set without a guide."""
    guide = GUIDES.guide_for(judged.functional_id, judged.version, judged.set_id)
    if guide is None:
        return []
    findings = our_findings(guide, judged)
    answer = validate_with_pyx12(
        judged.texts, judged.delimiters, functional_id=judged.functional_id, version=judged.version
    )
    verdict = "rejected" if any(finding.is_error for finding in findings) else "accepted"
    found: list[Difference] = []
    if verdict != answer.opinion:
        opinion = f"{answer.opinion} {answer.failure}".strip()
        found.append(Difference(judged.sample, judged.ordinal, 0, VERDICT, verdict, opinion))
    if answer.opinion is Opinion.FAILED:
        return found
    for position, name, ours, theirs in differing(our_codes(findings), pyx12_codes(answer)):
        found.append(Difference(judged.sample, judged.ordinal, position, name, ours, theirs))
    return found


def differing(ours: Codes, theirs: Codes) -> Iterator[tuple[int, str, str, str]]:
    """Yield position, place and the codes of each side where they are not the same.

    The elements of a segment that pyx12 does not find in its map are left out: it has not looked at them.
    """
    unplaced = {place[:2] for place, codes in theirs.at.items() if not place[2] and NOT_FOUND in codes}
    for place in sorted(ours.at.keys() | theirs.at.keys()):
        if place[2] and place[:2] in unplaced:
            continue
        sides = [" ".join(sorted(side.at.get(place, ()))) or NONE for side in (ours, theirs)]
        if sides[0] != sides[1]:
            yield place[0], name_of(place), sides[0], sides[1]
    for segment_id in sorted(ours.lacking.keys() | theirs.lacking.keys()):
        pairs = zip_longest(sorted(ours.lacking[segment_id]), sorted(theirs.lacking[segment_id]), fillvalue=(0, NONE))
        for (position, code), (their_position, their_code) in pairs:
            if code != their_code:
                yield position or their_position, f"no {segment_id}", code, their_code


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table with a header line, leaving out comments."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def classifications() -> list[Classification]:
    """Lines of classified.tsv."""
    return [Classification(**row) for row in read_table(CLASSIFIED)]


def errata() -> dict[str, dict[str, str]]:
    """Rows of both errata tables by id."""
    return {row["id"]: row for table in ERRATA for row in read_table(table)}


@dataclass(slots=True)
class Comparison:
    """The outcome over all samples.

    Attributes:
        explained: Differences by the line that explains them.
        verdicts: Verdicts that differ, with the rows that what else differs in the set cites.
        unexplained: Differences that no line explains.
        judged: Sets judged by both engines.
    """

    explained: dict[Classification, list[Difference]]
    verdicts: list[tuple[Difference, list[str]]] = field(default_factory=list)
    unexplained: list[Difference] = field(default_factory=list)
    judged: int = 0

    def add(self, differences: list[Difference]) -> None:
        """Sort the differences of one set. A verdict follows from what else is explained in its set."""
        rows = set()
        for difference in differences:
            line = next((line for line in self.explained if line.explains(difference)), None)
            if line:
                self.explained[line].append(difference)
                rows.add(line.row)
            elif difference.place != VERDICT:
                self.unexplained.append(difference)
        for difference in differences:
            if difference.place == VERDICT and rows:
                self.verdicts.append((difference, sorted(rows)))
            elif difference.place == VERDICT:
                self.unexplained.append(difference)


def compare() -> Comparison:
    """Judge every set of every sample with both engines."""
    outcome = Comparison({line: [] for line in classifications()})
    for file in samples():
        for judged in sets_of(file):
            outcome.judged += GUIDES.guide_for(judged.functional_id, judged.version, judged.set_id) is not None
            outcome.add(differences_of(judged))
    return outcome


def render(outcome: Comparison) -> str:
    """Write the document: verdicts that differ, then each cited row with what it explains."""
    rows = errata()
    by_row: dict[str, list[Classification]] = defaultdict(list)
    for line, differences in outcome.explained.items():
        if differences:
            by_row[line.row].append(line)
    parts = [_HEAD.format(sets=outcome.judged, rows=len(by_row))]
    for verdict, cited in outcome.verdicts:
        parts.append(
            f"| {verdict.sample} | {verdict.ordinal} | {verdict.hpedi} | {verdict.pyx12} | {', '.join(cited)} |\n"
        )
    for row_id in sorted(by_row):
        row = rows[row_id]
        parts.append(f"\n## {row_id}: {row['where']} ({row['kind']})\n\n")
        parts.append(f"pyx12: {row['pyx12']}. Guide: {row['expected']}. File: {row['file']}.\n")
        whys: dict[str, list[Difference]] = defaultdict(list)
        for line in by_row[row_id]:
            whys[line.why] += outcome.explained[line]
        for why, differences in whys.items():
            parts.append(f"\n{why}\n\n| sample | sets | place | hpedi | pyx12 | times |\n|---|---|---|---|---|---|\n")
            parts.extend(_table(differences))
    return "".join([*parts, _TAIL])


_HEAD: Final = """# Differences from pyx12

Every set of the sample files for which there is a guide is judged by hpedi and by pyx12 4.0.0 (its maps as they are,
ours where it has none, our code lists): {sets} sets. Where the verdict or a code of the 999 differs, the difference is
listed here under the row of `mappings/guides/errata.tsv` (PX) or `mappings/guides/errata_own.tsv` (HP) that says why;
{rows} rows are cited.
A difference without a row fails the test. `-` is no error. Codes are IK304 for a segment, IK403 for an element; SET is
IK502; `no X` is a missing X, or a missing loop that X starts.

Written by `python -m tests.differential.compare --write`.

## Verdicts that differ

| sample | set | hpedi | pyx12 | rows |
|---|---|---|---|---|
"""

_TAIL: Final = """
## The 999 of the enrolment pairs

Of the pairs of pyx12's tests, two are of the 5010 834 and have a 999: 834_eol_in_element and 834_ls_le_ls. Ours says
the same, dates and control numbers apart, but for three elements: IK303 (HP-25), IK404 (HP-26) and the version in GS08
and ST03 (HP-27). `tests/differential/test_pairs.py` compares them.
"""


def _table(differences: list[Difference]) -> Iterator[str]:
    counted = Counter((each.sample, each.place, each.hpedi, each.pyx12) for each in differences)
    sets: dict[tuple[str, str, str, str], set[int]] = defaultdict(set)
    for each in differences:
        sets[each.sample, each.place, each.hpedi, each.pyx12].add(each.ordinal)
    for key, count in sorted(counted.items()):
        sample, place, ours, theirs = key
        yield f"| {sample} | {_runs(sets[key])} | {place} | {ours} | {theirs} | {count} |\n"


def _runs(numbers: set[int]) -> str:
    """Write numbers as runs: 1-3, 7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


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
