"""``python -m ifonly.scenarios.cli`` is the command ``ifonly``."""

from . import command

if __name__ == "__main__":
    command()
