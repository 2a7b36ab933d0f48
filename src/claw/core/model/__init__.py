"""The canonical schedule model: one vocabulary for every vertical.

``records`` holds the types, ``reference`` their identity, ``normalise`` brings a mapped
record into the one form that is stored, ``canonical`` turns values into canonical bytes
and content hashes, ``versions`` knows the schema versions and how to upcast. Pure.
"""
