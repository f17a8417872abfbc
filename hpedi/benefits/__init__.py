"""Coverage, benefit rows, accumulators and what is left of their limits."""
