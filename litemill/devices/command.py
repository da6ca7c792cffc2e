"""The benchmark tool's command line for a file in a configuration."""

import msgspec

from litemill.devices.folder import quoted
from litemill.settings.devices import Configuration, Target


class Feed(msgspec.Struct, frozen=True):
    """Inputs of the file, in its order: shapes, and the paths of their raw values on the device."""

    shapes: tuple[tuple[int, ...], ...]
    paths: tuple[str, ...]


def timed(tool: str, model: str, configuration: Configuration, target: Target, mask: str | None) -> str:
    """Return the command of a process that is timed; `mask` is of the cores that it may use, hexadecimal."""
    sampling = [f"--num_runs={target.runs}", f"--min_secs={target.seconds:g}", f"--max_secs={target.max_seconds:g}",
                f"--warmup_runs={target.warmup_runs}"]  # fmt: skip
    return _command([tool, f"--graph={model}", *sampling, *_flags(configuration)], mask)


def once(tool: str, model: str, configuration: Configuration, mask: str | None, feed: Feed) -> str:
    """Return the command of a process that runs once on given inputs and writes what comes out to `output`."""
    names = [f"input{index}" for index in range(len(feed.paths))]  # the tool matches them by their order
    shapes = ":".join(",".join(map(str, shape)) for shape in feed.shapes)
    values = ",".join(f"{name}:{path}" for name, path in zip(names, feed.paths, strict=True))
    given = [f"--input_layer={','.join(names)}", f"--input_layer_shape={shapes}", f"--input_layer_value_files={values}"]
    sampling = ["--num_runs=1", "--min_secs=0", "--warmup_runs=0", "--output_filepath=output"]
    return _command([tool, f"--graph={model}", *sampling, *given, *_flags(configuration)], mask)


def _command(words: list[str], mask: str | None) -> str:
    return quoted(["taskset", mask, *words] if mask else words)


def _flags(configuration: Configuration) -> list[str]:
    """Write what a configuration says; threads are always given, since the tool's default is the platform's."""
    flags = [f"--num_threads={configuration.threads}", "--report_peak_memory_footprint=true"]
    if configuration.on == "gpu":
        flags += ["--use_gpu=true"]
        flags += [f"--gpu_precision_loss_allowed={_word(configuration.fp16)}"] if configuration.fp16 is not None else []
    if configuration.on == "nnapi":
        flags += ["--use_nnapi=true"]
    if configuration.xnnpack is not None:
        flags += [f"--use_xnnpack={_word(configuration.xnnpack)}"]
    return [*flags, *configuration.flags]


def _word(value: bool | None) -> str:  # noqa: FBT001  it is what is written
    return "true" if value else "false"
