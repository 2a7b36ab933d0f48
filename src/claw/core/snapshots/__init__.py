"""Snapshots: versions of a schedule, as git keeps versions of files.

Record blobs are named by their content; a part lists the records of one local date, a
tree the parts; a snapshot names a tree and says what was known when it was taken. Equal
content gives equal trees, whoever took them, when and in which order. Pure; may import
core.model and core.time.
"""
