"""From a web page to its text: what nobody sees goes, an extractor picks the article.

What belongs here: reading markup, one file an extractor, and the process that all this runs in.
What does not: which documents are web pages, and edits (stages.html).

Only `settings` and `client` are for others; they import no library that reads HTML.
"""
