"""The notifier's pages."""
