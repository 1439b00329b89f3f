"""Scripts that rebuild the data kept under tasks/."""
