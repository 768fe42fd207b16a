"""Logbook records what counts, and who vouches for it."""
