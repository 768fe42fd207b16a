"""What the scheduler keeps, and every query it asks."""
