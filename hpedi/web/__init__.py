"""Inquiries over HTTP: the envelopes they come in, who signs in, how many are worked on at a time."""
