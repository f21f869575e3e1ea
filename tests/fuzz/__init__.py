"""Fuzzing with atheris (libFuzzer): `make fuzz`. What is fuzzed and what must hold stands in targets.py; inputs that ever broke it in crashes/."""
