"""The scheduler's rules, pure: `now`, identities and facts come in as arguments."""
