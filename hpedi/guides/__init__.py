"""Implementation guides as data: load (map XML) -> compile (tables) -> walk (segments -> placed segments and findings)."""
