"""`python -m shopthelook`, the same as the command."""

from shopthelook.cli.main import main

if __name__ == "__main__":
    main(prog_name="shopthelook")
