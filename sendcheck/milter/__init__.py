"""In front of a mail server: a milter. ``front.py`` is a program of its own, which speaks with the MTA (libmilter, GPL) and knows nothing of
mail; the master checks, in the pool of workers that every command uses. Between them: :mod:`sendcheck.daemon.wire`'s messages.
"""
