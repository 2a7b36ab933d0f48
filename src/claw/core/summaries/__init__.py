"""The morning summary: what a day holds, as a pure function of what is known.

``facts`` gathers one day out of a snapshot, ``blocks`` says one thing each, ``document``
puts them together, the renderers turn the document into text, SMS, markdown, HTML or
JSON. The same snapshot, previous snapshot, date, view, audience and context give the same
bytes, everywhere. Pure; may import core.model, core.time, core.snapshots, core.verticals.
"""
