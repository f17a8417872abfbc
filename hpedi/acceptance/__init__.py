"""From findings to verdicts to answers: what of a file is accepted, and what is sent back."""
