"""Every task, by the name that `Network.task` has."""

from litemill.settings.network import Network
from litemill.tasks.base import Task
from litemill.tasks.segmentation.task import SEGMENTATION
from litemill.tasks.stylization.task import PREDICT, TRANSFER

# of two tasks that a graph may be for, the first that claims it has it
TASKS: dict[str, Task] = {task.name: task for task in (SEGMENTATION, PREDICT, TRANSFER)}


def task_of(network: Network) -> Task:
    """Return a network's task; `params.load` has seen that there is one."""
    return TASKS[network.task]
