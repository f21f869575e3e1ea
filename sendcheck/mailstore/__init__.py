"""A user's mail store (Maildir, mbox, notmuch or MH tree) searched for the mail that is answered, through an index."""

from sendcheck.mailstore.store import MailStore, Thread

__all__ = ["MailStore", "Thread"]
