"""What the logbook keeps, and every query it asks."""
