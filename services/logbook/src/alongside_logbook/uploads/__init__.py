"""Files that people hand in, read apart from the service: tables of any kind a spreadsheet saves."""
