"""Where everything is kept: tables, transactions, and the repositories that the pipeline's ports ask for."""
