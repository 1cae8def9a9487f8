"""The ledger: every event in one chain of hashes, so that a row that was changed behind Waymark's back is named.

`chain` says what is hashed, `sealing` adds events to the chain, `checking` recomputes it, `heads` are its signed ends.
"""
