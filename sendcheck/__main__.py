"""``python -m sendcheck``."""

from sendcheck.entry import main

if __name__ == "__main__":
    main()
