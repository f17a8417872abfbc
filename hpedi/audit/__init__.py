"""Audit entries: who looked at or changed what, when and why."""
