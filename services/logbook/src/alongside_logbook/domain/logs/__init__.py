"""Logs that were kept before, as rows that become hours."""
