"""``python -m sendcheck``."""

from sendcheck.entry import program

if __name__ == "__main__":
    program()
