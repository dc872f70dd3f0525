"""`python -m daemon` is `meterwatch`."""

from daemon.cli import main

if __name__ == "__main__":
    main()
