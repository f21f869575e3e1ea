"""Templates: any template source to one :class:`sendcheck.reading.message.Message` for each way it can turn out.

Begin with ``read.py``. A template's text keeps its place in the file; its variables become stand-ins (``standins.py``).
"""
