"""How bytes leave: from the outbox to a partner's folder or the bank's."""
