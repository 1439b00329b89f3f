"""One script that every client runs against a Hub, and what must come of it.

Run against the test Hub by tests/hub/test_contract.py, and against the real one by hand:
docs/test_hub.md.
"""
