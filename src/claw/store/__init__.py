"""PostgreSQL behind the ports: migrations, roles, the unit of work, one module per table family.

May import ``core`` and ``ports`` and asyncpg; nothing imports it but the composition root.
The invariant it guards: no statement about a tenant's rows runs outside a transaction whose
tenant is set, and the database itself shows nothing to one that is not.
"""
