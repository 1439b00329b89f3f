"""What `python -m validators.new` is made of; the check itself imports nothing of it.

survey: which clips and columns there are, and what they are for.
collect: rows, labels, the draw, names of clips.
draft: the files of the new folder, and writing them.
"""
