"""A stage as a command: options from its function's signature, one line of outcome, one line of error."""

import argparse
import inspect
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from litemill.ground import errors
from litemill.ground.errors import LitemillError
from litemill.ground.process import die_with_parent, native_output_kept


def run(work: Callable[..., str | None]) -> NoReturn:
    """Do a stage's work with the options of the command line, and exit.

    Parameters
    ----------
    work
        A function whose parameters are the stage's options: `network: str` is the option `--network`, which
        must be given, `output: str = ""` one that may be left out, `verbose: bool = False` the flag `--verbose`,
        and `model: str` ahead of a `/` what the command names without an option. The first line of its docstring
        is the command's description. The line that it returns, if any, is printed.

    Raises
    ------
    SystemExit
        0 if the work was done, 1 after an error that the user can mend (one line on stderr), 2 after wrong
        options, 130 after Ctrl-C. Any other exception is a bug and keeps its traceback.
    """
    die_with_parent()
    options = vars(_parser(work).parse_args())
    parameters = inspect.signature(work).parameters.values()
    named = [options.pop(one.name) for one in parameters if one.kind is one.POSITIONAL_ONLY]
    try:
        with native_output_kept():
            outcome = work(*named, **options)
        if outcome is not None:
            print(outcome, flush=True)
    except LitemillError as error:
        _fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # who read it has seen enough: `... | head`
    except OSError as error:
        _fail(errors.from_os(error))
    except MemoryError:
        _fail(LitemillError("out of memory", remedy="close other programs, or build a smaller network"))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)  # as shells say it
    sys.exit(0)


def _fail(error: LitemillError) -> NoReturn:
    """Print an error in one line, several in one each, and exit."""
    for one in error.each:
        print(f"error: {one}", file=sys.stderr)
    sys.exit(1)


def _parser(work: Callable[..., str | None]) -> argparse.ArgumentParser:
    """Make a command line of a function's signature."""
    description = (inspect.getdoc(work) or "").partition("\n")[0]
    name = f"python -m stages.{Path(sys.argv[0]).stem}"
    parser = argparse.ArgumentParser(prog=name, description=description, allow_abbrev=False)
    for parameter in inspect.signature(work, eval_str=True).parameters.values():
        option = "--" + parameter.name.replace("_", "-")
        if parameter.kind is parameter.POSITIONAL_ONLY and parameter.annotation is str:
            parser.add_argument(parameter.name)
        elif parameter.annotation is bool and parameter.default is False:
            parser.add_argument(option, action="store_true")
        elif parameter.annotation is str and parameter.default is parameter.empty:
            parser.add_argument(option, required=True)
        elif parameter.annotation is str and isinstance(parameter.default, str):
            parser.add_argument(option, default=parameter.default)
        else:
            raise TypeError(f'{parameter}: a stage\'s options are `name: str`, `name: str = ""`, `name: bool = False`')
    return parser
