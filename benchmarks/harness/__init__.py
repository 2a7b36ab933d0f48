"""Measuring and telling: children, rounds, figures, the table and the documents."""
