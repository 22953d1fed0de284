"""Print the COMMANDS of the manual page from what the commands say of themselves: the page cannot lag behind."""

import sys

from appliance.cli import cli


def roff(text: str) -> str:
    """Text as a manual page spells it: nothing in it is taken for an instruction."""
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


if __name__ == "__main__":
    for name, command in sorted(cli.commands.items()):
        sys.stdout.write(f".TP\n.B {roff(name)}\n{roff(command.help or '')}\n")
