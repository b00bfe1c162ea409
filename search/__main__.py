"""`python -m search`: all commands, as `earful`."""

from search.cli import main

if __name__ == "__main__":
    main()
