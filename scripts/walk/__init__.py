"""The way of a new contributor, walked by a program in a fresh clone and timed: scripts.walk."""
