"""``python -m sendcheck``."""

from sendcheck.cli.main import main

if __name__ == "__main__":
    main()
