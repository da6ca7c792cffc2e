"""Ask the original model, whole and in TensorFlow, what it says to the evaluation pictures."""

from msgspec.structs import asdict
from tensorflow.core.framework.graph_pb2 import GraphDef

from litemill.graphs.reference import answers
from litemill.ground import command, io, npz, project
from litemill.ground.npz import Arrays
from litemill.records import store
from litemill.records.graph import Frozen, Referenced
from litemill.rewrites.proof import prove, results

PROOF_SAMPLES = 3  # one sample shows a wrong rewrite; a few show what its rounding costs


def reference(network: str) -> str:
    """Run the original of one network."""
    known = store.frozen(network)
    sampled, inputs = store.sampled(network)
    arrays, error = answers(known.settings, known.entry, sampled.evaluation, inputs)
    npz.write(project.reference(network), arrays)
    proof = proven(network, known, inputs) if known.rewrites else {}
    record = Referenced(network, io.sha256(project.reference(network)), error, proof)
    store.save(project.record("reference", network), record)
    difference = "" if error is None else f", our input to the network differs by {error:.2g} at most"
    difference += f", the rewritten graph is {proof['psnr_db']:.4g} dB from the original's" if proof else ""
    return f"{network}: what the original says to {len(sampled.evaluation)} samples{difference}"


def proven(network: str, known: Frozen, inputs: Arrays) -> dict[str, float]:
    """Hold a network's rewritten graph against the unrewritten one, on the first evaluation samples."""
    taken = {tensor.name: inputs[tensor.role][:PROOF_SAMPLES] for tensor in known.inputs}
    got, wanted = (
        results(GraphDef.FromString(path.read_bytes()), known.output.name, taken)
        for path in (project.graph(network), project.unrewritten(network))
    )
    return {name: float(value) for name, value in asdict(prove(got, wanted)).items()}


if __name__ == "__main__":
    command.run(reference)
