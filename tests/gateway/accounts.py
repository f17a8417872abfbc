"""What became of the files: the answers as their senders read them, and the books as their operator does.

The answers are read with a few lines of their own, not with hpedi's reader.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, select

from hpedi.store.tables import claim, inbound_file, outbox, receipt
from tests.databases import engine_of
from tests.gateway.world import Sending, Site


def faults(home: Path, sent: Sequence[Sending], sites: Iterable[Site]) -> Iterator[str]:
    """Yield what is wrong after these files were sent and nothing else: lost, doubled, or told to somebody else."""
    yield from _faults_of_books(home, sent)
    for site in sites:
        yield from _faults_of_answers(home, site, [each for each in sent if each.site == site])
    for folder in ("inbox", "staging", "taken"):
        left = [path for path in (home / folder).rglob("*") if path.is_file() and path.stat().st_size]
        if left:
            yield f"{len(left)} files were left in {folder}"


def unanswered(home: Path, sent: Sequence[Sending]) -> list[Sending]:
    """Return the files whose 277CA their senders cannot fetch yet."""
    answered = {site: _claim_batches(home, site) for site in {each.site for each in sent}}
    return [each for each in sent if f"{each.site.sender}-{each.control_number}" not in answered[each.site]]


def _faults_of_books(home: Path, sent: Sequence[Sending]) -> Iterator[str]:
    expected = {each.digest: each for each in sent}
    with engine_of(home) as engine, engine.connect() as books:
        files = Counter(books.execute(select(inbound_file.c.digest)).scalars())
        yield from (f"{each.site.id} {each.name} was lost" for digest, each in expected.items() if digest not in files)
        yield from (f"a file was received that nobody sent ({files[each]})" for each in files if each not in expected)
        receipts = books.execute(
            select(inbound_file.c.digest, receipt.c.partner, receipt.c.published, func.count(claim.c.control_number))
            .join(receipt, receipt.c.file == inbound_file.c.id)
            .outerjoin(claim, claim.c.receipt == receipt.c.id)
            .group_by(inbound_file.c.digest, receipt.c.id, receipt.c.partner, receipt.c.published)
        ).all()
        for digest, partner, is_published, claims in receipts:
            each = expected.get(digest)
            if each is not None and (partner, is_published, claims) != (each.site.id, True, len(each.accounts)):
                yield f"{each.site.id} {each.name}: partner {partner}, published {is_published}, {claims} claims"
        for digest, count in Counter(row[0] for row in receipts).items():
            if count != 1:
                yield f"{digest[:12]} has {count} receipts"
        waiting = books.execute(select(func.count()).where(outbox.c.delivered_at.is_(None))).scalar_one()
        if waiting:
            yield f"{waiting} files wait in the outbox"


def _faults_of_answers(home: Path, site: Site, sent: Sequence[Sending]) -> Iterator[str]:
    own = {f"{each.control_number:09d}" for each in sent}
    ta1 = Counter(elements[1] for elements in _segments(home, site, "TA1"))
    groups = Counter(elements[2].zfill(9) for elements in _segments(home, site, "AK1"))
    batches = Counter(_claim_batches(home, site))
    for kind, told in (("TA1", ta1), ("999", groups)):
        yield from (f"{site.id}: no {kind} for {each}" for each in own - told.keys())
        yield from (f"{site.id}: a {kind} of somebody else" for _each in told.keys() - own)
        yield from (f"{site.id}: {count} {kind} for {each}" for each, count in told.items() if count > 1)
    expected = {f"{each.site.sender}-{each.control_number}" for each in sent}
    if set(batches) != expected:
        yield f"{site.id}: 277CA for {len(batches)} of {len(expected)} files"


def _claim_batches(home: Path, site: Site) -> list[str]:
    """Return the references (BHT03) of the claim batches that 277CAs answer."""
    return [elements[2] for elements in _segments(home, site, "TRN") if elements[2].startswith(f"{site.sender}-")]


def _segments(home: Path, site: Site, segment_id: str) -> Iterator[list[str]]:
    for path in sorted((home / "outbox" / site.id).glob("*")):
        if path.is_file() and not path.name.startswith("."):
            for segment in path.read_text().replace("\n", "").split("~"):
                elements = segment.split("*")
                if elements[0] == segment_id:
                    yield elements
