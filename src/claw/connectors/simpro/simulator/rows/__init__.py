"""Rows in the vendor's shapes, with the fields a dispatcher's reader needs.

A row here says what is particular; every other documented field is added blank when the
answer is projected (``documented.blank``). One module for each family of resources.
"""
