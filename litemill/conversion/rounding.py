"""Weights as integers, so that the error of the whole sum is small, not that of each weight.

GPTQ: E. Frantar and others, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers", 2022.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LARGEST = 127
BLOCK = 64


def rounded(weights: Floats, covariance: Floats, scales: Floats) -> npt.NDArray[np.int8]:
    """Round weights one input after the other, each error made up for by the inputs that are still to come.

    Parameters
    ----------
    weights
        [groups, outputs, inputs]
    covariance
        Of the inputs [groups, inputs, inputs], positive definite.
    scales
        Of the outputs [groups, outputs].

    Returns
    -------
    npt.NDArray[np.int8]
        [groups, outputs, inputs], -127 to 127; times the scales they stand for the weights.
    """
    # the inputs with the greatest variance first, while there are others to make up for them
    order = np.argsort(-np.diagonal(covariance, axis1=1, axis2=2), axis=1, kind="stable")
    rows, columns = order[:, :, None], order[:, None, :]
    groups = np.arange(len(weights))[:, None, None]
    inverse = np.linalg.inv(covariance[groups, rows, columns])
    share = np.linalg.cholesky(inverse).transpose(0, 2, 1)
    open_weights = np.take_along_axis(weights, columns, axis=2)
    result = np.empty_like(open_weights)
    count = weights.shape[2]
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        errors = np.empty_like(open_weights[:, :, start:end])
        for at in range(start, end):
            value = np.clip(np.round(open_weights[:, :, at] / scales), -LARGEST, LARGEST)
            error = (open_weights[:, :, at] - value * scales) / share[:, at, at, None]
            open_weights[:, :, at:end] -= error[:, :, None] * share[:, None, at, at:end]
            result[:, :, at], errors[:, :, at - start] = value, error
        open_weights[:, :, end:] -= errors @ share[:, start:end, end:]
    placed = np.empty(result.shape, np.int8)
    np.put_along_axis(placed, np.broadcast_to(columns, result.shape), result.astype(np.int8), axis=2)
    return placed
