"""People, teams, services and their dependencies, the tree of scopes, seats, rights, delegation, tokens.

The spine of the portal is the scope: seats are held on scopes, and every room can point at one. Rights are Django
permissions, answered by `backends.SeatBackend` from the table in `rights.py`. This room never plans work.
"""
