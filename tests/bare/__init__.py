"""The project on a machine with nothing but Python: `make test-bare`."""
