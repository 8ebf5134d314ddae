"""The truth about a library in a database of PostgreSQL with pgvector, written to by many at once."""
