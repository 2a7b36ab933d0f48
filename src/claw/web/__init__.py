"""What Claw answers over HTTP, thin over the engine.

Parses a request, calls one use case, writes a response, and decides nothing. May import
the engine, ports and core; what it needs of the machine is handed in by the
composition root. It guards one invariant: a response never holds more than the caller's
tenant may see.
"""
