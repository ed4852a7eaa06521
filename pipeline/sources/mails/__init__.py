"""Mails, one by one and in an mbox."""
