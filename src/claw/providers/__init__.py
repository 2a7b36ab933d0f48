"""Adapters to channels: ways of reaching people and programs.

Each sends what it is handed, once, and says how sure it is; it decides nothing. May import
ports and core. Providers know nothing of each other.
"""
