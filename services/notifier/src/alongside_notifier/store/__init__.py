"""The notifier's database: tables, and the repositories that hold every query."""
