"""`python -m gofigure` is the same as the installed `gofigure`."""

from gofigure.cli import main

if __name__ == "__main__":
    main()
