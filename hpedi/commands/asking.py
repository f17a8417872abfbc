"""What questions at a terminal have in common: who asks, and the answer as the X12 that a file would get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import Session
from hpedi.commands.inquire import open_inquiry

if TYPE_CHECKING:
    from hpedi.pipeline.answer_inquiries import Answerer
    from hpedi.pipeline.asking import Asking
    from hpedi.x12.segment import SegmentValues

NOBODY: Final = "ZZ"
SHOWN: Final = 1
"""Control number of what is shown and never sent."""

x12_option = click.option("--x12", "as_x12", is_flag=True, help="Print the X12 that a file would be answered with.")


@contextmanager
def open_asking(session: Session, thing: str) -> Iterator[Asking]:
    """Open a question about a kind of thing, in the transaction that its audit rows commit with.

    Raises:
        NotPermitted: No role of the asker asks such questions.
    """
    from hpedi.inquiry_files import inquiry_data
    from hpedi.pipeline.asking import Asking
    from hpedi.pipeline.inquirers import Inquirer

    with open_inquiry(session) as inquiry:
        inquiry.providers(thing)
        context = inquiry.work.context
        yield Asking(
            work=inquiry.work,
            reference=inquiry.reference,
            data=inquiry_data(),
            who=Inquirer(recipient=inquiry.who.principal.on_behalf_of, asker=inquiry.who),
            today=context.as_of,
            instant=context.instant,
            reference_number=f"{context.instant:%y%m%d%H%M%S}",
        )


def print_x12(answerer: Answerer, segments: Iterable[SegmentValues], asking: Asking) -> None:
    """Print an answer as an interchange, a segment a line; it is addressed to nobody and takes no numbers."""
    from hpedi.pipeline.parties import sender
    from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12

    us, gs_id = sender(asking.reference)
    body = TransactionSet(id=answerer.set_id, control_number="0001", version=answerer.version, segments=segments)
    group = FunctionalGroup(
        functional_id=answerer.functional_id,
        sender=gs_id,
        receiver=NOBODY,
        instant=asking.instant,
        control_number=SHOWN,
        version=answerer.version,
        sets=[body],
    )
    interchange = Interchange(
        sender=us,
        receiver=InterchangeParty(NOBODY, NOBODY),
        instant=asking.instant,
        control_number=SHOWN,
        usage="P",
        groups=[group],
    )
    click.echo(write_x12(interchange, line_breaks=True).decode("latin-1"), nl=False)
