"""Routines: what a business wants done at a time on its own wall clock, as pure rules.

``routine`` says what and when, ``lateness`` what becomes of occurrences that nobody ran in
time, ``preparing`` when work on one begins, ``explaining`` why an instant is not where one
would look for it, ``clock_jumps`` whether the clock can be believed. Planning and running
belong to the engine. Pure; may import core.errors and core.time.
"""
