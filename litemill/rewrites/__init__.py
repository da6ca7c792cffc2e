"""Graphs made faster ahead of conversion, their values kept: matched by structure, proven on real inputs."""
