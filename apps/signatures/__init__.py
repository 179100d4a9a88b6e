"""The electronic signature: statement shown, digest, meaning, re-authentication, idempotency key, receipt.

One mechanism for sign-offs, decisions and approvals. It never knows what is signed: rooms above hand it a subject, a
digest and the words.
"""
