"""The doors of the logbook: pages and JSON routes."""
