"""The web side that every service shares: doors, pages, errors, writes."""
