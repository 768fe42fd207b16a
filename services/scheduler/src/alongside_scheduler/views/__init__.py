"""What people are shown, each in the measure of their role. Pages and JSON routes share it."""
