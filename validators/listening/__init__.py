"""The page to listen to: which examples are shown, what is counted, and how it becomes HTML.

`validators.listen` is the command line. `view` gathers what a page shows, `choice` picks the
examples, `numbers` counts and `charts` draws; `page` lays it out, with `page.css` and `page.js`.
"""
