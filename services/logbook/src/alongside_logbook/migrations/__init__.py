"""Migrations of the logbook's database."""
