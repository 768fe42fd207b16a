"""Notifier tells: who has been told, and what did they answer."""
