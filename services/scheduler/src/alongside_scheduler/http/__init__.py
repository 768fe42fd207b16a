"""Pages and JSON routes: adapters around the use cases."""
