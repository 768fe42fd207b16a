"""What pages and JSON routes show, read from ready rows."""
