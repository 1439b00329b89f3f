"""Behind `python -m validators.adopt`: read the original layout, convert it, say what was decided.

Like `newtask` it writes drafts and is no part of the check.
"""
