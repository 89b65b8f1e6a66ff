"""What was typed wrongly on the command line, in our words; the last line is the command that shows how it is typed."""

from __future__ import annotations

import difflib
import re
from typing import Any

from services.cli.failure import MISTAKE
from services.cli.terminal import BAD, Screen, bold

_OURS = (
    ("Input should be a valid integer, unable to parse string as an integer", "a whole number is expected"),
    ("Input should be", "it must be"),
    ("is not a valid", "is no"),
    ("Invalid value", "What was given"),
)
_QUOTED = re.compile(r"'([^']*)'")


def tell(error: Any, screen: Screen) -> int:  # Any: Typer keeps the types of its errors to itself
    """Write a mistake in options, arguments or the command's name, and give the exit code."""
    context = getattr(error, "ctx", None)
    screen.line(BAD, " ", _said(error, context))
    screen.line("  ", bold(_mends(error, context)))
    return MISTAKE


def _mends(error: Any, context: Any) -> str:  # Any: as above
    path = context.command_path if context is not None else "tocsin"
    takes_query = context is not None and any(param.name == "query" for param in context.command.params)
    if type(error).__name__ == "NoSuchOption" and takes_query and not error.option_name.startswith("--"):
        return f"{path} [OPTIONS] -- QUERY …   if the query begins with -"
    return f"{path} --help"


def _said(error: Any, context: Any) -> str:  # Any: as above
    name, message = type(error).__name__, str(error.message)
    if name == "NoSuchOption":
        said = _no_option(error)
    elif name == "MissingParameter":
        said = f"{_shown(error.param)} is missing"
    elif name == "BadParameter":
        said = f"{_shown(error.param)} cannot be used: {_plain(message)}"
    elif "No such command" in message:
        said = _no_command(message, context)
    elif "unexpected extra argument" in message:
        extra = message.rpartition("(")[2].strip(").")
        said = f"More was typed than expected: {extra}. Put quotation marks around what belongs together"
    elif message == "Missing command.":
        said = f"Say what to do: {', '.join(context.command.list_commands(context))}"
    else:
        said = _plain(error.format_message())
    return said


def _no_option(error: Any) -> str:  # Any: as above
    near = f". Did you mean {error.possibilities[0]}?" if error.possibilities else ""
    return f"There is no option {error.option_name}{near}"


def _no_command(message: str, context: Any) -> str:  # Any: as above
    found = _QUOTED.search(message)
    typed = found.group(1) if found else ""
    near = difflib.get_close_matches(typed, context.command.list_commands(context), n=1)
    return f'There is no command "{typed}"' + (f". Did you mean {near[0]}?" if near else "")


def _shown(parameter: Any) -> str:  # Any: as above
    if parameter is None:
        return "An option"
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.display_name_raw).upper()


def _plain(message: str) -> str:
    """Take the library's way of speaking out of a message."""
    for theirs, ours in _OURS:
        message = message.replace(theirs, ours)
    return message.rstrip(".")
