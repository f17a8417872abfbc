"""Members from 834 files: what each maintenance type does, what is refused, and how a list takes effect."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.commands.payer_files import load_folder, look_at_folder
from hpedi.guide_files import GuideFiles
from hpedi.mappings_folder import sample
from hpedi.pipeline.enrolment import EnrolmentOutcome, NotShown, SentEnrolment, approve, look, read_enrolments
from hpedi.pipeline.known_reference import show
from hpedi.reference.members import Family
from hpedi.reference.records import content_of
from tests.pipeline.conftest import Demo
from tests.pipeline.made_enrolment import enrolment_file, health, member, other
from tests.shared import PROJECT

OPEN, COPAY, HSA = "OPEN-1500", "COPAY-500", "HSA-3200"
OTTO = ("HS1000002", "BROOK*OTTO", "19660130")
JO = ("HS1000005", "ELM*JO", "20091111")
LIV = ("HS2000001", "GROVE*LIV", "19900105")


def sent(content: bytes) -> tuple[SentEnrolment, ...]:
    """Read a file."""
    guide = GuideFiles().guide_for("BE", "005010X220A1", "834")
    assert guide is not None
    return read_enrolments(content, guide, "test.834")


def looked(demo: Demo, content: bytes, *, terminate: bool = False) -> EnrolmentOutcome:
    """Look at what a file comes to."""
    jobs = demo.jobs
    return look(demo.workspace.books, jobs.context, jobs.reference, sent(content), terminate=terminate)


def approved(demo: Demo, content: bytes, *, terminate: bool = False) -> EnrolmentOutcome:
    """Look at a file, and let it take effect."""
    number = looked(demo, content, terminate=terminate).impact.number
    jobs = demo.jobs
    return approve(demo.workspace.books, jobs.context, jobs.reference, sent(content), number, terminate=terminate)


def family_of(demo: Demo, card: str) -> Family:
    """Return a family as it is known now."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (record,) = work.reference.families(work.reference.snapshot(), [card])
    return content_of(record, Family)


def coverage_of(family: Family, first: str) -> list[tuple[str, str, str]]:
    """Return plan, first and last day of a member's coverage, by first name."""
    (who,) = (each.id for each in family.members if each.first == first)
    spans = [span for span in family.coverage if span.member == who]
    return [(span.plan, span.start.isoformat(), span.end.isoformat() if span.end else "") for span in spans]


TAKEN = [
    ("a new subscriber", member("Y*18*021", *LIV, health("021", HSA, "20260301", level="EMP")), "LIV",
     [(HSA, "2026-03-01", "")]),
    ("a new dependent", member("N*19*021", "HS1000005", "ELM*ANA", "20260105", health("021", COPAY, "20260105")), "ANA",
     [(COPAY, "2026-01-05", "")]),
    ("an end of coverage", member("Y*18*024", *OTTO, health("024", COPAY, end="20260215"), sex="M"), "OTTO",
     [(COPAY, "2025-01-01", "2026-02-15")]),
    ("an end of eligibility", member("Y*18*024", *OTTO, sex="M", ends="20260228"), "OTTO",
     [(COPAY, "2025-01-01", "2026-02-28")]),
    ("another plan from a day on", member("N*19*001", *JO, health("001", OPEN, "20260401")), "JO",
     [(COPAY, "2025-06-01", "2026-03-31"), (OPEN, "2026-04-01", "")]),
    ("a change that says what is known", member("N*19*001", *JO, health("001", COPAY, "20250601")), "JO",
     [(COPAY, "2025-06-01", "")]),
    ("coverage that never was", member("N*19*001", *JO, health("002", COPAY, "20250601")), "JO", []),
    ("a reinstatement", member("Y*18*025", "HS1000004", "DUNE*MARIT", "19910309", health("025", OPEN, "20260201")),
     "MARIT", [(OPEN, "2025-01-01", "2025-12-31"), (OPEN, "2026-02-01", "")]),
    ("an audit", member("N*19*030", *JO, health("030", COPAY, "20250601", "20261231")), "JO",
     [(COPAY, "2025-06-01", "2026-12-31")]),
    ("a corrected name", member("N*19*001", "HS1000005", "ELM*JOAN", "20091111", before="ELM*JO"), "JOAN",
     [(COPAY, "2025-06-01", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("segments", "first", "expected"), [case[1:] for case in TAKEN], ids=[c[0] for c in TAKEN])
def test_a_maintenance_type_does_what_it_says(
    demo: Demo, segments: str, first: str, expected: list[tuple[str, str, str]]
) -> None:
    """Coverage afterwards is that before, with what the file says from its first day on."""
    outcome = approved(demo, enrolment_file(segments))
    assert not outcome.refused
    card = next(line for line in segments.splitlines() if line.startswith("REF*0F")).split("*")[2]
    assert coverage_of(family_of(demo, card), first) == expected


REFUSED = [
    ("who is to change is not known", member("N*01*001", "HS1000099", "NOBODY*KIM", "19800105"), "enrolment-member", 5),
    ("who is to end is not known", member("N*19*024", "HS1000005", "ELM*BO", "20100101", ends="20260101"),
     "enrolment-member", 5),
    ("a dependent of nobody", member("N*19*021", "HS1000099", "ELM*ANA", "20260105", health("021", COPAY, "20260105")),
     "enrolment-subscriber", 5),
    ("no plan of ours", member("N*19*001", *JO, health("001", "GOLD", "20260401")), "enrolment-plan", 12),
    ("covered already", member("N*19*021", *JO, health("021", OPEN, "20260401")), "enrolment-coverage", 12),
    ("no last day", member("Y*18*024", *OTTO, sex="M"), "enrolment-coverage", 5),
    ("nothing to end", member("N*19*024", *JO, health("024", HSA, end="20260401")), "enrolment-coverage", 12),
    ("a number of somebody else", member("Y*18*021", "HS1000002", "GROVE*LIV", "19900105",
     health("021", HSA, "20260301")), "enrolment-member", 5),
    ("unknown who pays first", member("N*19*001", *JO, health("001", OPEN, "20260401"), other("U", "20260401")),
     "enrolment-other-coverage", 12),
    ("days reversed", member("N*19*001", *JO, health("001", OPEN, "20260401", "20260301")), "enrolment-coverage", 12),
]  # fmt: skip


@pytest.mark.parametrize(("segments", "code", "position"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_what_cannot_be_is_refused_by_member(demo: Demo, segments: str, code: str, position: int) -> None:
    """The member is told at its segment with a remedy, nothing of it is taken, and its neighbour is."""
    neighbour = member("Y*18*021", "HS3000001", "HEATH*KAI", "19900105", health("021", HSA, "20260301", level="EMP"))
    outcome = looked(demo, enrolment_file(segments, neighbour))
    (finding,) = outcome.refused
    assert (finding.code, finding.where.segment) == (code, position)
    assert "; " in finding.message
    assert [change.change for change in outcome.impact.members] == ["added"]


def test_who_ends_a_subscriber_ends_the_family(demo: Demo) -> None:
    """The end of a subscriber is that of the dependents."""
    ends = member("Y*18*024", "HS1000005", "ELM*NILS", "19720725", sex="M", ends="20260331")
    outcome = approved(demo, enrolment_file(ends))
    assert [change.member for change in outcome.impact.members] == ["M08", "M09", "M10"]
    assert {span.end for span in family_of(demo, "HS1000005").coverage} == {date(2026, 3, 31)}


def test_other_coverage_is_taken(demo: Demo) -> None:
    """A payer that pays first is kept with its days, and an audit without one takes it off again."""
    approved(demo, enrolment_file(member("N*19*001", *JO, health("001", COPAY, "20250601"), other("P", "20260110"))))
    (known,) = family_of(demo, "HS1000005").other_coverage
    assert (known.member, known.payer_name, known.order, known.start) == (
        "M10",
        "OTHER MUTUAL",
        "primary",
        date(2026, 1, 10),
    )
    approved(demo, enrolment_file(member("N*19*030", *JO, health("030", COPAY, "20250601"))))
    assert not family_of(demo, "HS1000005").other_coverage


def test_nothing_takes_effect_until_approved(demo: Demo) -> None:
    """Looking changes nothing, another number is refused, and the same file again changes nothing."""
    content = enrolment_file(member("Y*18*024", *OTTO, sex="M", ends="20260215"))
    outcome = looked(demo, content)
    assert outcome.snapshot is None
    assert coverage_of(family_of(demo, "HS1000002"), "OTTO") == [(COPAY, "2025-01-01", "")]
    jobs = demo.jobs
    with pytest.raises(NotShown):
        approve(demo.workspace.books, jobs.context, jobs.reference, sent(content), "0" * 10)
    assert approved(demo, content).snapshot == 2
    assert not looked(demo, content).impact.records


def test_ids_of_new_members_are_those_that_were_shown(demo: Demo) -> None:
    """New members get the ids of the list, and later ones get others."""
    first = approved(demo, enrolment_file(member("Y*18*021", *LIV, health("021", HSA, "20260301"))))
    later = member("Y*18*021", "HS2000002", "HEATH*KAI", "19910105", health("021", HSA, "20260301"))
    second = approved(demo, enrolment_file(later))
    ids = [change.member for outcome in (first, second) for change in outcome.impact.members]
    assert len(set(ids)) == 2
    assert family_of(demo, "HS2000001").members[0].id == ids[0]


def test_decided_claims_are_told_and_stay_as_decided(demo: Demo) -> None:
    """Claims with service on days that change are counted with the remedy; their decisions keep their snapshot."""
    demo.run((PROJECT / "samples" / "inbound" / "02-prairielink.837").read_bytes())
    before = demo.decisions()
    content = enrolment_file(member("Y*18*024", *OTTO, sex="M", ends="20260131"))
    outcome = approved(demo, content)
    (concerned,) = outcome.impact.concerned
    claims = [each for each in before.values() if each.member == "M04"]
    assert (concerned.id, concerned.claims) == ("M04", len(claims))
    assert concerned.paid == sum(each.paid for each in claims)
    assert concerned.remedy.startswith(
        "hpedi reprocess propose --reason retro_termination --member M04 --since 2026-02"
    )
    assert demo.decisions() == before
    assert {each.snapshot for each in before.values()} == {1}
    late = enrolment_file(member("Y*18*024", *OTTO, sex="M", ends="20260110"))
    assert looked(demo, late).impact.concerned == ()


def test_members_missing_from_a_full_file_end_only_when_asked(demo: Demo) -> None:
    """Who is covered by a plan of a full file and not in it is listed; its coverage ends before the effective day."""
    rosa = member("Y*18*030", "HS1000001", "AMBLE*ROSA", "19790412", health("030", OPEN, "20250101"))
    content = enrolment_file(rosa, action="4", effective="20260301")
    outcome = looked(demo, content)
    assert outcome.missing == ("M02", "M03", "M11", "M12")
    assert not outcome.impact.records
    approved(demo, content, terminate=True)
    assert coverage_of(family_of(demo, "HS1000001"), "THEO") == [(OPEN, "2025-01-01", "2026-02-28")]
    assert coverage_of(family_of(demo, "HS1000001"), "ROSA") == [(OPEN, "2025-01-01", "")]
    assert coverage_of(family_of(demo, "HS1000006"), "ARNE")[1] == (HSA, "2026-07-01", "")


def test_both_times_are_kept(demo: Demo) -> None:
    """What was known before an enrolment is still there, beside what is known since."""
    approved(demo, enrolment_file(member("Y*18*024", *OTTO, sex="M", ends="20260215")))
    with demo.workspace.books.writing(demo.jobs.context) as work:
        shown = show(work, "family", "HS1000002", as_of=date(2026, 3, 1), known_on=None)
        never = show(work, "family", "HS1000002", as_of=None, known_on=date(2020, 1, 1))
    assert [version.since for version in shown.versions] == [1, 2]
    assert shown.version is not None
    assert shown.version.since == 2
    assert shown.content["coverage"] == []
    assert never.version is None


def test_a_folder_is_looked_at_before_it_is_loaded(demo: Demo) -> None:
    """The list of a folder has its records by kind; loading it then changes just these."""
    context = demo.jobs.context
    approved(demo, enrolment_file(member("Y*18*024", *OTTO, sex="M", ends="20260215")))
    _loaded, impact = look_at_folder(demo.workspace, context, sample("payer"))
    assert impact is not None
    assert [(each.kind, each.added, each.changed, each.gone) for each in impact.records] == [("family", 0, 1, 0)]
    (change,) = impact.members
    assert (change.member, change.change, change.after[0].end) == ("M04", "changed", None)
    assert coverage_of(family_of(demo, "HS1000002"), "OTTO") == [(COPAY, "2025-01-01", "2026-02-15")]
    _loaded, outcome = load_folder(demo.workspace, context, sample("payer"))
    assert outcome is not None
    assert outcome.changed == 1
