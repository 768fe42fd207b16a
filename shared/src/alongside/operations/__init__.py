"""What an operator sees of a service: its figures, what is parked, and what to do about it."""
