"""Scheduler plans: it answers when we meet."""
