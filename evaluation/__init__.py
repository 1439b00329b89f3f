"""Models against the published benchmark. Imports schema only."""
