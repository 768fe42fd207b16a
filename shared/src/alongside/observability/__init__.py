"""Logs, metrics and traces. None of them ever holds what people wrote."""
