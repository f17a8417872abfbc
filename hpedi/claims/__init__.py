"""Claims as a payer sees them, free of X12."""
