"""Protocols that the engine needs and adapters provide. May import core only."""
