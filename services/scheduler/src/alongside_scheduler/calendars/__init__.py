"""Calendars elsewhere: fetched with care, read in a process of its own, kept as busy times only."""
