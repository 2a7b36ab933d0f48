"""Canonical records into PostgreSQL: our store, and what one would write by hand."""
