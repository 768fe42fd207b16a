"""Documents as files: PDF, XLSX, CSV. The same content always gives the same bytes."""
