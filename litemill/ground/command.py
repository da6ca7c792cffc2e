"""A function as a command: options from its signature, one line of outcome, one line of error."""

import argparse
import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from litemill.ground import errors
from litemill.ground.errors import LitemillError
from litemill.ground.process import die_with_parent, native_output_kept

PATH = 'run: make repro, or put .venv/bin on the PATH: export PATH="$PWD/.venv/bin:$PATH"'


def run(work: Callable[..., str | None], arguments: Sequence[str] | None = None, *, name: str = "") -> NoReturn:
    """Call a function with the options of the command line, and exit.

    Parameters
    ----------
    work
        A function whose parameters are the command's options: `network: str` is the option `--network`, which
        must be given, `output: str = ""` an option that may be left out, `most: int = 0` the same for a whole
        number, `verbose: bool = False` the flag `--verbose`. `model: str` ahead of a `/` is named without an
        option, and `*files: str` are one or more such. The first line of its docstring is the command's
        description. The line that it returns, if any, is printed.
    arguments
        The command line, that of the process where none is given.
    name
        How the command is called, `python -m stages.NAME` where no name is given.

    Raises
    ------
    SystemExit
        0 if the work was done, 1 after an error that the user can mend (one line on stderr), 2 after wrong
        options, 130 after Ctrl-C. Any other exception is a bug and keeps its traceback.
    """
    die_with_parent()
    with exits():
        options = vars(_parser(work, name).parse_args(arguments))
        named: list[Any] = []
        for parameter in inspect.signature(work).parameters.values():
            if parameter.kind is parameter.POSITIONAL_ONLY:
                named.append(options.pop(parameter.name))
            elif parameter.kind is parameter.VAR_POSITIONAL:
                named += options.pop(parameter.name)
        with native_output_kept():
            outcome = work(*named, **options)
        if outcome is not None:
            print(outcome, flush=True)
    sys.exit(0)


@contextmanager
def exits() -> Iterator[None]:
    """Print each error that the user can mend in one line, and exit as `run` says."""
    try:
        yield
    except LitemillError as error:
        _fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # who read it has seen enough: `... | head`
    except OSError as error:
        _fail(errors.from_os(error))
    except ModuleNotFoundError as error:
        _fail(missing(error))
    except MemoryError:
        _fail(LitemillError("out of memory", remedy="close other programs, or build a smaller network"))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)  # as shells say it


def missing(error: ModuleNotFoundError) -> LitemillError:
    """Say which package is not installed; one of our own modules that is missing is a bug."""
    package = (error.name or "").partition(".")[0]
    if package in {"", "litemill", "stages"}:
        raise error
    return LitemillError(f"{sys.executable} lacks the package {package}",
                         remedy=PATH if Path(errors.ROOT).is_file() else 'pip install "litemill[all]"')  # fmt: skip


def _fail(error: LitemillError) -> NoReturn:
    """Print an error in one line, several in one each, and exit."""
    for one in error.each:
        print(f"error: {one}", file=sys.stderr)
    sys.exit(1)


def _parser(work: Callable[..., str | None], name: str) -> argparse.ArgumentParser:
    """Make a command line of a function's signature."""
    description = (inspect.getdoc(work) or "").partition("\n")[0]
    name = name or f"python -m stages.{Path(sys.argv[0]).stem}"
    parser = argparse.ArgumentParser(prog=name, description=description, allow_abbrev=False)
    for parameter in inspect.signature(work, eval_str=True).parameters.values():
        option = "--" + parameter.name.replace("_", "-")
        kind, default = parameter.annotation, parameter.default
        if parameter.kind is parameter.POSITIONAL_ONLY and kind is str:
            parser.add_argument(parameter.name)
        elif parameter.kind is parameter.VAR_POSITIONAL and kind is str:
            parser.add_argument(parameter.name, nargs="+")
        elif kind is bool and default is False:
            parser.add_argument(option, action="store_true")
        elif kind is str and default is parameter.empty:
            parser.add_argument(option, required=True)
        elif kind is str and isinstance(default, str):
            parser.add_argument(option, default=default)
        elif kind is int and isinstance(default, int):
            parser.add_argument(option, default=default, type=functools.partial(_whole_number, option))
        else:
            raise TypeError(f'{parameter}: options are `name: str`, `name: str = ""`, `name: int = 0`, '
                            "`name: bool = False`")  # fmt: skip
    return parser


def _whole_number(option: str, text: str) -> int:
    """Read a whole number of the command line."""
    if not (text.isascii() and text.isdecimal()):
        raise LitemillError(option, expected="a whole number of 0 or more", got=repr(text))
    return int(text)
