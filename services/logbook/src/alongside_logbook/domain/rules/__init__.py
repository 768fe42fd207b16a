"""What a rule pack says, and what an hour or a training counts for under it."""
