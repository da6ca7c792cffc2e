"""Graphs of others: only ops that compute may run; files, the network and Python are out of their reach."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from tensorflow.core.framework.attr_value_pb2 import NameAttrList
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef
from tensorflow.python.framework import op_def_registry

from litemill.ground.errors import GraphError

# what inference needs; no loops, so that a graph comes to an end
_INFERENCE = """
Abs Add AddN AddV2 Ceil ClipByValue Cos Cumsum Div DivNoNan Erf Exp Expm1 Floor FloorDiv FloorMod Inv Log Log1p
Maximum Minimum Mod Mul MulNoNan Neg Pow RealDiv Reciprocal Rint Round Rsqrt Sign Sin Sqrt Square
SquaredDifference Sub TruncateDiv TruncateMod
All Any ArgMax ArgMin Max Mean Min Prod Sum TopKV2
Equal Greater GreaterEqual IsFinite IsNan Less LessEqual LogicalAnd LogicalNot LogicalOr NotEqual Select SelectV2
Where
BatchToSpace BatchToSpaceND BroadcastArgs BroadcastTo Cast Concat ConcatOffset ConcatV2 DepthToSpace ExpandDims Fill
Gather GatherNd GatherV2 InvertPermutation LinSpace MirrorPad OneHot OnesLike Pack Pad PadV2 Range Rank Reshape
ReverseV2 ScatterNd Shape ShapeN Size Slice SpaceToBatch SpaceToBatchND SpaceToDepth Split SplitV Squeeze
StridedSlice Tile Transpose Unpack ZerosLike
AvgPool BatchMatMul BatchMatMulV2 BatchMatMulV3 BatchNormWithGlobalNormalization BiasAdd BiasAddV1 Conv2D
Conv2DBackpropInput DepthwiseConv2dNative Einsum Elu FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN LeakyRelu
LogSoftmax MatMul MaxPool MaxPoolV2 Relu Relu6 Selu Sigmoid Softmax Softplus Softsign Tanh
CropAndResize ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor
FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel QuantizeAndDequantizeV2
QuantizeAndDequantizeV3 QuantizeAndDequantizeV4
Assert CheckNumerics Const Identity IdentityN Merge NoOp Placeholder PlaceholderWithDefault PreventGradient Snapshot
StopGradient Switch
"""
# variables and what makes them; freezing leaves none of these
_VARIABLES = """
Assign AssignVariableOp DisableCopyOnRead If IsVariableInitialized PartitionedCall RandomStandardNormal
RandomUniform ReadVariableOp ShardedFilename StatefulPartitionedCall StatelessIf StaticRegexFullMatch StringJoin
TruncatedNormal VarHandleOp VarIsInitializedOp Variable VariableShape VariableV2
"""
INFERENCE = frozenset(_INFERENCE.split())
# a saver's; nothing but what saves and what restores may reach them, and neither is ever run
FILES = frozenset(("MergeV2Checkpoints", "RestoreV2", "SaveV2"))
VARIABLES = FILES | frozenset(_VARIABLES.split())
CALLS = frozenset(("PartitionedCall", "StatefulPartitionedCall"))
ASSIGNS = frozenset(("Assign", "AssignVariableOp"))
REFERENCES = frozenset(("Variable", "VariableV2"))
_IDLE = frozenset(("Const", "Identity", "NoOp", "Placeholder", "PlaceholderWithDefault"))
# what gets numbers from the checkpoint into variables
_RESTORING = _IDLE | CALLS | ASSIGNS | REFERENCES | {"RestoreV2", "VarHandleOp"}
# what a SavedModel names to be run as it is loaded
_INITIALIZERS = ("legacy_init_op", "saved_model_main_op")
_INITIALIZER_SIGNATURE = "__saved_model_init_op"
_COMPUTE = "ops that compute, none that touch files, the network or Python"
# 1 GB of float32; the largest network of the zoo has 41 million
MAX_CONSTANTS = 1 << 28
REMEDY = (
    "do not use this model unless you know who made it; ops that only compute may be added to litemill/graphs/safety.py"
)


def check(graph: GraphDef) -> None:
    """Raise GraphError unless every op of a frozen graph, and of its functions, is one of inference."""
    _check_ops(graph, INFERENCE)


def check_saved_model(meta: MetaGraphDef) -> None:
    """Raise GraphError unless a SavedModel's graph holds ops of inference and of its variables' saver alone.

    Ops that touch files are the saver's own: neither a signature, nor what runs at loading, nor another function may
    reach one. What restores reaches nothing that writes, and what runs at loading does nothing at all.
    """
    _check_ops(meta.graph_def, INFERENCE | VARIABLES)
    _check_saver(meta)
    _check_restoring(meta)
    _check_initializers(meta)


def _check_ops(graph: GraphDef, allowed: frozenset[str]) -> None:
    _check_names(graph)
    functions = {function.signature.name for function in graph.library.function}
    for node in nodes(graph):
        if node.op not in allowed and node.op not in functions:
            raise _refused(node)
    numbers = sum(elements(node) for node in nodes(graph) if node.op == "Const")
    if numbers > MAX_CONSTANTS:
        raise too_large("the graph's constants are", numbers)


def _check_names(graph: GraphDef) -> None:
    """Raise GraphError where a name means two things: a function and an op of TensorFlow, or two of a kind."""
    functions = [function.signature.name for function in graph.library.function]
    for name in functions:
        if op_def_registry.get(name) is not None:
            raise GraphError(
                f"the function {name} is refused", expected="no function with the name of an op", remedy=REMEDY
            )
    scopes = [graph.node, *(function.node_def for function in graph.library.function)]
    for names in (functions, *([node.name for node in scope] for scope in scopes)):
        if double := [name for name, count in Counter(names).items() if count > 1]:
            raise GraphError(
                f"the name {double[0]!r} stands twice in the graph", remedy="the model is damaged: export it again"
            )


def too_large(what: str, numbers: int) -> GraphError:
    """Return the error for numbers that would fill the memory."""
    return GraphError(
        f"{what} too large",
        expected=f"at most {MAX_CONSTANTS} numbers",
        got=numbers,
        remedy="do not use this model: they would fill the memory",
    )


def nodes(graph: GraphDef) -> Iterator[NodeDef]:
    """Yield the nodes of a graph and of its functions."""
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


def elements(node: NodeDef) -> int:
    """Count the numbers that a constant says it has; its bytes may be far fewer."""
    return math.prod(max(dimension.size, 0) for dimension in node.attr["value"].tensor.tensor_shape.dim)


def _check_restoring(meta: MetaGraphDef) -> None:
    """Raise GraphError where what restores the variables can do more than that."""
    for node in Reach(meta.graph_def, [meta.saver_def.restore_op_name]).running():
        if node.op not in _RESTORING:
            raise _refused(node, "a restore op that only reads the model's own checkpoint")


def _check_initializers(meta: MetaGraphDef) -> None:
    """Raise GraphError where an op that is to run at loading does something: it would be left out unseen."""
    named = [value for name in _INITIALIZERS for value in meta.collection_def[name].node_list.value]
    named += [info.name for info in meta.signature_def[_INITIALIZER_SIGNATURE].outputs.values()]
    for node in Reach(meta.graph_def, named).running():
        if node.op not in _IDLE:
            raise _refused(node, "an initializer that does nothing, since none is run")


def _check_saver(meta: MetaGraphDef) -> None:
    """Raise GraphError where something other than the saver reaches an op that touches files."""
    graph = meta.graph_def
    saver = Reach(graph, (meta.saver_def.save_tensor_name, meta.saver_def.restore_op_name))
    reached = [
        info.name
        for signature in meta.signature_def.values()
        for info in (*signature.inputs.values(), *signature.outputs.values())
    ]
    others = [node for node in graph.node if node.name not in saver.nodes]
    others += Reach(graph, reached).running()
    others += [
        node
        for function in graph.library.function
        if function.signature.name not in saver.functions
        for node in function.node_def
    ]
    for node in others:
        if node.op in FILES or saver.functions & _named(node):
            raise _refused(node)


class Reach:
    """The nodes that some tensors need, and the functions that those call, all the way down."""

    def __init__(self, graph: GraphDef, tensors: Iterable[str]) -> None:
        self.all_nodes = {node.name: node for node in graph.node}
        functions = {function.signature.name: function for function in graph.library.function}
        self.nodes: set[str] = set()
        self.functions: set[str] = set()
        waiting = list(tensors)
        while waiting:
            name = waiting.pop().removeprefix("^").split(":")[0]
            if name in self.all_nodes and name not in self.nodes:
                self.nodes.add(name)
                waiting += self.all_nodes[name].input
        self._functions = functions
        waiting = [name for node in self.nodes for name in _named(self.all_nodes[node])]
        while waiting:
            name = waiting.pop()
            if name in functions and name not in self.functions:
                self.functions.add(name)
                waiting += [other for node in functions[name].node_def for other in _named(node)]

    def running(self) -> list[NodeDef]:
        """Return all nodes that run when the tensors are asked for, those of functions too."""
        inner = [node for name in sorted(self.functions) for node in self._functions[name].node_def]
        return [node for name, node in self.all_nodes.items() if name in self.nodes] + inner


def called(node: NodeDef) -> list[NameAttrList]:
    """Return the functions that a node's attributes name."""
    values = node.attr.values()
    return [value.func for value in values if value.HasField("func")] + [
        function for value in values for function in value.list.func
    ]


def _named(node: NodeDef) -> set[str]:
    """Return the names of the functions that a node calls, as its op or by its attributes."""
    return {node.op} | {function.name for function in called(node)}


def _refused(
    node: NodeDef, expected: str = "ops that compute, none that touch files, the network or Python"
) -> GraphError:
    return GraphError(f"the op {node.op} of node {node.name!r} is refused", expected=expected, remedy=REMEDY)
