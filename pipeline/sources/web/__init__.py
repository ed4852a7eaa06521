"""Web archives: WARC and ARC, and the HTTP messages in them."""
