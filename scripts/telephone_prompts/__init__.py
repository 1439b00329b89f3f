"""Rebuild the data of the tasks that are made from Debian's telephone prompts.

Run it from the repository's root: `python -m scripts.telephone_prompts`.
"""
