"""Use cases: each takes a message, a unit of work and the desk, and commits nothing itself."""
