"""One rule a file, named for the rule: small, pure, and given every parameter for its date."""
