"""Speed and memory of the check, as ratios measured in one run: `make bench`.

docs/performance.md says what is measured and how.
"""
