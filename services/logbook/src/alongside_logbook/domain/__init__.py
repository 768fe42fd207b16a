"""What an hour is, what counts it and who vouches for it. Pure: no clock, database or network."""
