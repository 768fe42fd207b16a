"""Benchmarks: what we cost against a bare baseline, measured in the same run."""
