"""Implementation guides as data: load (map XML), compile (tables), walk (placed segments and findings)."""
