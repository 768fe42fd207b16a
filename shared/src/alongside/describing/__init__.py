"""Descriptions of what programs can do here and hear from here, as documents and as pages to read."""
