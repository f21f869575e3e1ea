"""LanguageTool, kept warm in a process of its own: where it lies, how it is installed, started and asked.

``worker.py`` alone imports language-tool-python (GPL-3.0-only), and is only ever run as a program; everything else speaks to it through a socket.
"""
