"""Training of the shipped spaCy pipelines from public treebanks: ``python -m sendcheck.training``. Not imported at run time."""
