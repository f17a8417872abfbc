"""Who signs in with the key of a machine, and the answer to what it asks: what a request comes to, without HTTP.

Blocking: a request is worked on in a thread of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container
from dataclasses import dataclass

from hpedi.access.accounts import Account
from hpedi.pipeline.agreed import ReceiptTerms
from hpedi.pipeline.answer_inquiries import ANSWERERS
from hpedi.pipeline.real_time import Commit, RealTimeAnswer, answer_now
from hpedi.reference.partners import Partner
from hpedi.reference.payer import Payer
from hpedi.run_context import OPERATOR, Principal, RunContext
from hpedi.store.books import StoredBooks


class NotSignedIn(Exception):
    """The key opens nothing, or not any more, or is another machine's."""


class NoPartner(Exception):
    """The machine belongs to nobody who sends as a trading partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who signed in.

    Attributes:
        context: The machine, and the moment of its request.
        partner: The trading partner that its organisation is.
    """

    context: RunContext
    partner: Partner

    @property
    def names(self) -> frozenset[str]:
        """The names that it may go by in an envelope."""
        return frozenset({self.partner.id, *(each.id for each in self.partner.isa_ids), *self.partner.gs_ids})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Answers inquiries.

    Attributes:
        books: What they are answered from.
        commit: What commits audit rows and numbers.
        terms: What judging needs, as known now.
        context: The moment of a request of somebody.
    """

    books: StoredBooks
    commit: Commit
    terms: Callable[[], ReceiptTerms]
    context: Callable[[Principal], RunContext]

    @property
    def payer(self) -> Payer:
        """Us."""
        return self.terms().reference.payer

    @property
    def names(self) -> frozenset[str]:
        """Our names in an envelope."""
        ids = ((each.isa_id, each.gs_id) for each in self.payer.identities)
        return frozenset({self.payer.payer_id, *(name for pair in ids for name in pair)})

    def signed_in(self, key: str, login: str = "") -> Sender:
        """Return who signs in; a refusal is an entry of the audit log.

        Args:
            key: The key of a machine.
            login: Its account, where it is named.

        Raises:
            NotSignedIn: The key opens nothing, or not that account.
            NoPartner: The account's organisation is no trading partner.
        """
        context = self.context(OPERATOR)
        with self.books.reading(context) as work:
            holder = work.accounts.holder_of_key(key, context.instant.date())
        account = holder.account if holder is not None else None
        if holder is None or (login and holder.account.login != login):
            self._note_refusal(context, account)
            raise NotSignedIn
        partner = next((each for each in self.terms().reference.partners if each.id == holder.partner), None)
        if partner is None:
            self._note_refusal(context, account)
            raise NoPartner
        return Sender(context=self.context(holder.account.principal), partner=partner)

    def _note_refusal(self, context: RunContext, account: Account | None) -> None:
        subject = f"account:{account.login if account is not None else 'none'}"  # what was sent may be a password
        self.commit(context, lambda work: work.audit.record("sign in", subject, result="refused"))

    def answer(self, sender: Sender, content: bytes, set_ids: Container[str] = ANSWERERS) -> RealTimeAnswer:
        """Answer an interchange; see `pipeline.real_time.answer_now`."""
        return answer_now(
            self.books,
            self.commit,
            sender.context,
            self.terms(),
            sender.partner,
            content,
            reference_number=uuid.uuid4().hex[:20].upper(),
            set_ids=set_ids,
        )
