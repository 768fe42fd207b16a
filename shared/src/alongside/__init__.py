"""Plumbing and event contracts that the services of Alongside share."""

__version__ = "0.1.0"
