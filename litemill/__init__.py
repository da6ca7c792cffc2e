"""The build for mobile vision models: DeepLab and Magenta to TFLite, proven, measured, reported.

Each name is imported when it is first used: `import litemill` takes no time, and TensorFlow is loaded by `convert` and
`inspect` alone. `litemill --help` shows what the command line does.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from litemill.analysis.frame import results
    from litemill.benchmark_log.runs import read_benchmark_log
    from litemill.benchmark_log.verdict import Run
    from litemill.conversion.recipes import convert
    from litemill.ground.errors import LitemillError
    from litemill.inspection.inspection import Inspection, inspect
    from litemill.records.base import Tensor
    from litemill.runtime import Model
    from litemill.settings.params import Params
    from litemill.settings.params import load as load_params
    from litemill.settings.recipe import Recipe

__version__ = "0.2.0"

__all__ = [
    "Inspection",
    "LitemillError",
    "Model",
    "Params",
    "Recipe",
    "Run",
    "Tensor",
    "convert",
    "inspect",
    "load_params",
    "read_benchmark_log",
    "results",
]

# where each is defined
_HOMES = {
    "Inspection": "litemill.inspection.inspection.Inspection",
    "LitemillError": "litemill.ground.errors.LitemillError",
    "Model": "litemill.runtime.Model",
    "Params": "litemill.settings.params.Params",
    "Recipe": "litemill.settings.recipe.Recipe",
    "Run": "litemill.benchmark_log.verdict.Run",
    "Tensor": "litemill.records.base.Tensor",
    "convert": "litemill.conversion.recipes.convert",
    "inspect": "litemill.inspection.inspection.inspect",
    "load_params": "litemill.settings.params.load",
    "read_benchmark_log": "litemill.benchmark_log.runs.read_benchmark_log",
    "results": "litemill.analysis.frame.results",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  what a name stands for
    """Import a public name where it is defined."""
    if name not in _HOMES:
        raise AttributeError(f"module 'litemill' has no attribute {name!r}")
    module, _, own = _HOMES[name].rpartition(".")
    return getattr(importlib.import_module(module), own)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*__all__, "__version__"])
