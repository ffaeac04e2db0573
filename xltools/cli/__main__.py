"""`python -m xltools.cli`: the command line, where no program `xltools` lies on the path."""

from xltools.cli import main

if __name__ == "__main__":  # on Windows worker processes import this file once more
    main(prog_name="xltools")
