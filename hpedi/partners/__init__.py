"""Trading partners: who sends under which identity, and what that partner may send."""
