"""`python -m lookalike` is the same program as `lookalike`."""

from lookalike.app.cli import main

if __name__ == "__main__":
    main()
