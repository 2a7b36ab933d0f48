"""PgQueuer behind the ports of work: a doorbell in the caller's transaction, a runtime.

Nobody outside this package knows whose queue it is. Entries carry a tenant and a kind of
work and nothing else. May import core, ports, the store's tenancy and PgQueuer.
"""
