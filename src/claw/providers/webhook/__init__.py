"""Calling webhooks: whose address a customer chose, so that nothing of ours is reached.

``addresses`` says which addresses may be called, ``urls`` which URLs, ``resolving`` what a
host's addresses are, ``sender`` connects to the very address that was looked at.
"""
