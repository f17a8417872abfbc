"""One package a transaction set: from placed segments to models, and from models to segments."""
