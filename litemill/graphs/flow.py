"""How values flow through a graph, whatever its nodes are called: what hangs on what, and what all goes through."""

from collections.abc import Iterable, Mapping

from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.cut import node_of
from litemill.ground.errors import GraphError

# what leaves these depends on the shape of what enters them, not on its values
SHAPES = frozenset(("Shape", "ShapeN", "Size", "Rank"))
Edges = Mapping[str, tuple[str, ...]]


class Flow:
    """The edges along which values go: no control edges, and none through an op that takes a shape.

    Parameters
    ----------
    graph
        A frozen graph.

    Raises
    ------
    GraphError
        A name is given twice, or an input is not there.
    """

    def __init__(self, graph: GraphDef) -> None:
        self.nodes = {node.name: node for node in graph.node}
        if len(self.nodes) < len(graph.node):
            raise GraphError("a node's name is given twice in the graph", remedy="the graph is damaged: get it again")
        self.inputs: Edges = {
            node.name: tuple(dict.fromkeys(node_of(tensor) for tensor in node.input if tensor[:1] != "^"))
            for node in graph.node
        }
        readers: dict[str, list[str]] = {name: [] for name in self.nodes}
        for name, inputs in self.inputs.items():
            for source in inputs:
                if source not in self.nodes:
                    raise GraphError(
                        f"node {source!r} is used by {name!r} and not there",
                        remedy="the graph is damaged: get it again",
                    )
                readers[source].append(name)
        self.readers: Edges = {name: tuple(found) for name, found in readers.items()}
        self.values: Edges = {name: () if self.op(name) in SHAPES else found for name, found in self.inputs.items()}
        self.users: Edges = {
            name: tuple(other for other in found if self.op(other) not in SHAPES)
            for name, found in self.readers.items()
        }

    def op(self, name: str) -> str:
        """Return a node's op."""
        return str(self.nodes[name].op)

    def before(self, *names: str) -> set[str]:
        """Return the nodes whose values reach one of `names`, those included."""
        return reached(self.values, names)

    def behind(self, *names: str) -> set[str]:
        """Return the nodes that the values of one of `names` reach, those included."""
        return reached(self.users, names)

    def ends(self, start: str) -> list[str]:
        """Return the nodes behind `start` that nothing reads."""
        return [
            name for name in self.behind(start) if not self.readers[name] and self.op(name) not in ("Assert", "NoOp")
        ]

    def narrows(self, start: str, end: str) -> list[str]:
        """Return the nodes through which every value goes from `start` to `end`, both included, in order.

        They are the dominators of `end` in the flow from `start`. Source: Cooper, Harvey, Kennedy, "A simple, fast
        dominance algorithm" (2001).
        """
        between = self.behind(start) & self.before(end)
        if start not in between or end not in between:
            return []
        order = _reverse_postorder(self.users, start, between)
        place = {name: index for index, name in enumerate(order)}
        above = [-1] * len(order)
        above[0] = 0
        changed = True
        while changed:
            changed = False
            for index, name in enumerate(order[1:], 1):
                found = -1
                for source in self.values[name]:
                    other = place.get(source, -1)
                    if other >= 0 and above[other] >= 0:
                        found = other if found < 0 else _meeting(above, other, found)
                changed |= found != above[index]
                above[index] = found
        chain = [place[end]]
        while chain[-1]:
            chain.append(above[chain[-1]])
        return [order[index] for index in reversed(chain)]


def reached(edges: Edges, names: Iterable[str]) -> set[str]:
    """Return everything that can be reached along edges, the start included."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges[name]
    return found


def _reverse_postorder(edges: Edges, start: str, among: set[str]) -> list[str]:
    seen, order = {start}, []
    stack = [(start, iter(edges[start]))]
    while stack:
        name, rest = stack[-1]
        following = next((other for other in rest if other in among and other not in seen), None)
        if following is None:
            order.append(name)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(edges[following])))
    return order[::-1]


def _meeting(above: list[int], one: int, other: int) -> int:
    """Return the nearest node that dominates both."""
    while one != other:
        while one > other:
            one = above[one]
        while other > one:
            other = above[other]
    return one
