"""Graphs of others: only ops that compute may run; files, the network and Python are out of their reach."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf.message import DecodeError
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from litemill.core.errors import GraphError

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
# a saver's, which only the loading of variables may reach
FILES = frozenset(("MergeV2Checkpoints", "RestoreV2", "SaveV2"))
VARIABLES = FILES | frozenset(_VARIABLES.split())
# 1 GB of float32; the largest network of the zoo has 41 million
MAX_CONSTANTS = 1 << 28
REMEDY = (
    "do not use this model unless you know who made it; ops that only compute may be added to litemill/graphs/safety.py"
)


def check(graph: GraphDef) -> None:
    """Raise GraphError unless every op of a frozen graph, and of its functions, is one of inference."""
    _check_ops(graph, INFERENCE)


def check_saved_model(folder: Path) -> None:
    """Raise GraphError unless a SavedModel's graphs hold ops of inference and of its variables' saver alone.

    Read from `saved_model.pb` itself, ahead of any loading. Ops that touch files are the saver's own: neither a
    signature, nor what runs at loading, nor another function may reach one.
    """
    path = folder / "saved_model.pb"
    model = SavedModel()
    try:
        model.ParseFromString(path.read_bytes())
    except (DecodeError, OSError) as error:
        raise GraphError(f"{path}: can't be read as a SavedModel", got=error, remedy="export it again") from None
    if not model.meta_graphs:
        raise GraphError(f"{path}: is an empty SavedModel", expected="a graph", remedy="export it again")
    for meta_graph in model.meta_graphs:
        _check_ops(meta_graph.graph_def, INFERENCE | VARIABLES)
        _check_saver(meta_graph)


def _check_ops(graph: GraphDef, allowed: frozenset[str]) -> None:
    functions = {function.signature.name for function in graph.library.function}
    for node in _nodes(graph):
        if node.op not in allowed and node.op not in functions:
            raise _refused(node)
    numbers = sum(elements(node) for node in _nodes(graph) if node.op == "Const")
    if numbers > MAX_CONSTANTS:
        raise GraphError(
            "the graph's constants are too large",
            expected=f"at most {MAX_CONSTANTS} numbers",
            got=numbers,
            remedy="do not use this model: they would fill the memory",
        )


def _nodes(graph: GraphDef) -> Iterator[NodeDef]:
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


def elements(node: NodeDef) -> int:
    """Count the numbers that a constant says it has; its bytes may be far fewer."""
    return math.prod(max(dimension.size, 0) for dimension in node.attr["value"].tensor.tensor_shape.dim)


def _check_saver(meta: MetaGraphDef) -> None:
    """Raise GraphError where something other than the saver reaches an op that touches files."""
    graph = meta.graph_def
    saver = _Reach(graph, (meta.saver_def.save_tensor_name, meta.saver_def.restore_op_name))
    signatures = [
        info.name
        for signature in meta.signature_def.values()
        for info in (*signature.inputs.values(), *signature.outputs.values())
    ]
    collected = [
        value
        for name, collection in meta.collection_def.items()
        if name.endswith("_op")
        for value in collection.node_list.value
    ]
    others = [node for node in graph.node if node.name not in saver.nodes]
    others += [saver.all_nodes[name] for name in _Reach(graph, (*signatures, *collected)).nodes]
    others += [
        node
        for function in graph.library.function
        if function.signature.name not in saver.functions
        for node in function.node_def
    ]
    for node in others:
        if node.op in FILES or saver.functions & _called(node):
            raise _refused(node)


class _Reach:
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
        called = [name for node in self.nodes for name in _called(self.all_nodes[node])]
        while called:
            name = called.pop()
            if name in functions and name not in self.functions:
                self.functions.add(name)
                called += [other for node in functions[name].node_def for other in _called(node)]


def _called(node: NodeDef) -> set[str]:
    """Give the functions that a node names, as its op or in its attributes."""
    values = node.attr.values()
    return (
        {node.op} | {value.func.name for value in values} | {func.name for value in values for func in value.list.func}
    )


def _refused(node: NodeDef) -> GraphError:
    return GraphError(
        f"the op {node.op} of node {node.name!r} is refused",
        expected="ops that compute, none that touch files, the network or Python",
        remedy=REMEDY,
    )
