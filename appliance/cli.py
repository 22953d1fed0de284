"""The `schoolhouse` command."""


def main() -> None:
    """Run the command line."""
