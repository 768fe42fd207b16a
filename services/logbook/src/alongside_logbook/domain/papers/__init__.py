"""What documents say, before they are typeset."""
