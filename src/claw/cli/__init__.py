"""The command line: one module per command group, thin over the engine.

Parses words, calls one use case, prints a table or a JSON document. Decides nothing.
Imports the composition root only when a command runs, so that ``--help`` stays quick.
"""
