"""One machine: everything the portal needs in one tree of processes that starts and stops together.

`start.py` is the sequence, `tree.py` the processes, `leash.py` what ends them if `up` itself is killed,
`broker.py` the embedded Valkey, `places.py` what stands where, `walk.py` the proof that it works, and `browser.py`
what it walks with.
"""
