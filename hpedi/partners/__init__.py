"""Trading partners: who sends us files and where the answers go."""
