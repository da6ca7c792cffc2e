"""Which devices figures are taken on, in which ways, and with which build of the benchmark tool."""

import hashlib
from typing import Annotated, Literal

import msgspec

from litemill.settings.build import Build, Name
from litemill.settings.catalog import Hash
from litemill.settings.recipe import Count, Tolerance

Abi = Literal["arm64-v8a", "armeabi-v7a", "x86_64", "linux_x86-64", "linux_aarch64"]


Processor = Literal["cpu", "gpu", "nnapi"]


# of benchmark_model, `--name=value`; one that it does not know is only a warning of the tool's
Flag = Annotated[str, msgspec.Meta(pattern=r"^--[a-z0-9_]+=[^\x00-\x1f]*$")]


Seconds = Annotated[float, msgspec.Meta(ge=0, le=86400)]


# flags that other settings stand for
OURS = ("graph", "num_threads", "num_runs", "warmup_runs", "min_secs", "max_secs", "use_gpu", "use_nnapi",
        "use_xnnpack", "gpu_precision_loss_allowed", "input_layer", "input_layer_shape", "input_layer_value_files",
        "output_filepath")  # fmt: skip


TAKEN = 16  # digits of a key


class ToolFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A build of benchmark_model.

    Parameters
    ----------
    url, file
        Where it is downloaded from, or where it lies; one of the two.
    sha256
        What it must be. A download without it is held against the first one, by `data/sources.lock.json`.
    """

    url: str | None = None
    file: str | None = None
    sha256: Hash | None = None

    def __post_init__(self) -> None:
        if (self.url is None) == (self.file is None):
            raise ValueError("either url or file must be given")


class Configuration(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One way to run a file.

    Parameters
    ----------
    on
        What computes; `gpu` and `nnapi` are delegates that have to take the whole graph.
    threads
        Of the CPU's kernels.
    xnnpack
        Whether XNNPACK computes on the CPU; the tool's own choice if left out.
    cores
        `big`: the cores of the highest frequency alone.
    fp16
        Whether the GPU may compute in float16.
    flags
        Further ones of the tool.
    tolerance
        The least accuracy there; the recipe's own if left out.
    """

    on: Processor = "cpu"
    threads: Count = 1
    xnnpack: bool | None = None
    cores: Literal["any", "big"] = "any"
    fp16: bool | None = None
    flags: tuple[Flag, ...] = ()
    tolerance: Tolerance | None = None

    def __post_init__(self) -> None:
        if self.on != "gpu" and self.fp16 is not None:
            raise ValueError(f"fp16 can not be given on {self.on}")
        if self.on != "cpu" and self.xnnpack is not None:
            raise ValueError(f"xnnpack can not be given on {self.on}")
        for flag in self.flags:
            name = flag[2:].partition("=")[0]
            if name in OURS:
                raise ValueError(f"--{name} is set by other settings")

    @property
    def label(self) -> str:
        """Name it, as `cpu x4, big cores` or `gpu fp16`."""
        words = f"cpu x{self.threads}" if self.on == "cpu" else self.on
        words += {True: " fp16", False: " fp32"}.get(self.fp16, "") if self.fp16 is not None else ""
        more = {True: ["xnnpack"], False: ["no xnnpack"], None: []}[self.xnnpack]
        more += ["big cores"] if self.cores == "big" else []
        return ", ".join([words, *more, *(flag[2:] for flag in self.flags)])

    @property
    def delegate(self) -> str | None:
        """The delegate that is asked for, as logs name it."""
        return None if self.on == "cpu" else self.on.upper()


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device and what is measured on it.

    Parameters
    ----------
    serial, model
        The device that adb calls so, or whose model it is; without both, the only one attached.
    host
        This machine instead of a device.
    configurations
        The ways to run each file.
    runs, seconds, max_seconds, warmup_runs
        Of one process of the tool: at least so many runs and seconds, no more than so many seconds.
    processes
        Of each file and configuration; the interval of a figure is over them.
    pause_s
        Ahead of each process.
    cool_c, cool_limit_s
        A process waits until the battery is no warmer and nothing is throttled, for so long at most.
    limit_s
        The longest that a process may take.
    folder
        On the device, where a folder of our own is made and removed.
    """

    configurations: Annotated[tuple[Configuration, ...], msgspec.Meta(min_length=1)]
    serial: str | None = None
    model: str | None = None
    host: bool = False
    runs: Count = 50
    seconds: Seconds = 1
    max_seconds: Seconds = 30
    warmup_runs: Count = 5
    processes: Annotated[int, msgspec.Meta(ge=1, le=50)] = 5
    pause_s: Seconds = 2
    cool_c: float = 38
    cool_limit_s: Seconds = 600
    limit_s: Seconds = 600
    folder: Annotated[str, msgspec.Meta(pattern="^/[A-Za-z0-9_./-]{1,100}$")] = "/data/local/tmp"

    def __post_init__(self) -> None:
        if sum((self.serial is not None, self.model is not None, self.host)) > 1:
            raise ValueError("only one of serial, model and host can be given")
        labels = [one.label for one in self.configurations]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"two configurations are {twice[0]!r}")

    def key(self, configuration: Configuration, artifact: tuple[str, ...], tools: "Tools") -> str:
        """Name what a figure is of: a file, how it is run, on which device, with which tool as far as it is pinned.

        `artifact` is the file's network, its name there, and its SHA-256.

        A figure of another key is of another time: it is shown as stale.
        """
        sampling = msgspec.structs.replace(self, configurations=(configuration,))
        pinned = {abi: tool.sha256 or tool.url for abi, tool in tools.items()}
        text = msgspec.json.encode([artifact, sampling, pinned], order="deterministic")
        return hashlib.sha256(text).hexdigest()[:TAKEN]


Tools = dict[Abi, ToolFile]


class Measuring(Build, frozen=True, kw_only=True):
    """What is measured on devices.

    Parameters
    ----------
    networks, recipes, bottleneck_from
        As of `Build`.
    targets
        Devices to measure on as well, by name.
    tool
        The benchmark tool for them, by ABI.
    """

    targets: dict[Name, Target] = {}
    tool: Tools = {}
