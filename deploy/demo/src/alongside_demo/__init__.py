"""An invented association: who is in it, what happened, and how it gets into a data folder.

The plan (`people`, `groups`, `life`) is pure: seed and day in, steps out. The player acts the steps
out over the public JSON, as clients would.
"""
