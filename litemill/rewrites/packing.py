"""Kernels of the same convolution on 2x2-packed maps: one pixel of four phases for each 2x2 block of pixels.

The channel of phase (dy, dx) and channel c is (dy * 2 + dx) * channels + c: the order of SpaceToDepth and DepthToSpace
with blocks of 2. All kernels are [rows, columns, inputs, outputs].
"""

import numpy as np
import numpy.typing as npt

Kernel = npt.NDArray[np.float32]
PHASES = 4
SIDE = 2


def packed(kernel: Kernel) -> Kernel:
    """Return the kernel on packed input and output of a convolution of stride 1.

    Parameters
    ----------
    kernel
        [k, k, i, o] with k = 4 n + 1: the padding of k // 2 pixels is then whole blocks.

    Returns
    -------
    Kernel
        [k // 2 + 1, k // 2 + 1, 4 i, 4 o], for input padded by k // 4 blocks.
    """
    size, _, inputs, outputs = kernel.shape
    pad = size // 2
    result = np.zeros((pad + 1, pad + 1, PHASES * inputs, PHASES * outputs), np.float32)
    for (y, x), (row, column) in _phases_and_taps(size):
        block, phase = _block(y + row - pad, x + column - pad)
        into = result[block[0] + pad // 2, block[1] + pad // 2]
        into[_channels(phase, inputs), _channels((y, x), outputs)] += kernel[row, column]
    return result


def strided(kernel: Kernel) -> Kernel:
    """Return the kernel on packed input of a 3x3 convolution of stride 2, its input padded by a pixel ahead.

    Parameters
    ----------
    kernel
        [3, 3, i, o].

    Returns
    -------
    Kernel
        [2, 2, 4 i, o], for input padded by a block ahead; of that block, only the last row and column are read.
    """
    _, _, inputs, outputs = kernel.shape
    result = np.zeros((SIDE, SIDE, PHASES * inputs, outputs), np.float32)
    for row, column in np.ndindex(3, 3):
        block, phase = _block(row - 1, column - 1)
        result[block[0] + 1, block[1] + 1, _channels(phase, inputs)] = kernel[row, column]
    return result


def upsampled(kernel: Kernel) -> Kernel:
    """Return the kernel to packed output of a 3x3 convolution on a map made twice as large by repeating its pixels.

    Parameters
    ----------
    kernel
        [3, 3, i, o].

    Returns
    -------
    Kernel
        [3, 3, i, 4 o], for the small map, padded by its edge of one pixel.
    """
    _, _, inputs, outputs = kernel.shape
    result = np.zeros((3, 3, inputs, PHASES * outputs), np.float32)
    for (y, x), (row, column) in _phases_and_taps(3):
        block, _ = _block(y + row - 1, x + column - 1)
        result[block[0] + 1, block[1] + 1, :, _channels((y, x), outputs)] += kernel[row, column]
    return result


def upsampled_between(kernel: Kernel) -> Kernel:
    """Return what `upsampled` does with 4/9 of its products: each phase reads but 2x2 pixels of the small map.

    Parameters
    ----------
    kernel
        [3, 3, i, o].

    Returns
    -------
    Kernel
        [2, 2, i, 4 o], for the small map padded by its edge. Its output has a row and a column more than the small
        map; unpacked, a pixel too many is around it.
    """
    _, _, inputs, outputs = kernel.shape
    result = np.zeros((SIDE, SIDE, inputs, PHASES * outputs), np.float32)
    for (y, x), (row, column) in _phases_and_taps(3):
        block, _ = _block(y + row - 1, x + column - 1)
        into = result[block[0] + 1 - y, block[1] + 1 - x]
        into[:, _channels((1 - y, 1 - x), outputs)] += kernel[row, column]
    return result


def _phases_and_taps(size: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return every phase of an output with every tap of a kernel."""
    return [((y, x), (row, column)) for y, x, row, column in np.ndindex(SIDE, SIDE, size, size)]


def _block(row: int, column: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the block and the phase of a pixel."""
    return (row // SIDE, column // SIDE), (row % SIDE, column % SIDE)


def _channels(phase: tuple[int, int], channels: int) -> slice:
    """Return the packed channels of a phase."""
    start = (phase[0] * SIDE + phase[1]) * channels
    return slice(start, start + channels)
