"""Sentences as clauses: who does what to whom, when. Rules see these and never a treebank's labels."""
