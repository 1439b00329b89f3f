"""Is a task right? Reads a task folder and reports every fault at once. Posts nothing."""

__version__ = "0.1.0"
