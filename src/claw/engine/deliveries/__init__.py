"""Deliveries: what was made reaches whom it is for, once, and its fate is visible.

``lane`` sends what is due, ``parcels`` puts a summary into the forms that channels want,
``service`` is what people ask. The invariant: an attempt is committed before anything
leaves, and one whose end nobody knows is never repeated where the other side might take it
twice. May import core and ports.
"""
