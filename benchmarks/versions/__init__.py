"""Snapshots of a large business, day after day: what taking, keeping and comparing costs."""
