"""The model of acts: its text, and how it is trained, exported and measured. Never imported at run time."""
