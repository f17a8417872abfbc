"""The audit log as values: entries, the chain of seals over them, what verifying finds, and a member's disclosures.

Nothing here reads a database, a file or a clock: the store keeps entries and seals, `safekeeping` the anchor.
"""
