"""How a connection proves who it is: a key as it is, or tokens of OAuth 2 that run out.

Pure rooms: ``declared`` (what a manifest may say), ``ways`` (which way a connection's
secrets choose), ``wire`` (token requests and answers), ``decision`` (what to do with a
grant now). ``tokens`` is the flow over them: lease, request, commit, and only then use.
"""
