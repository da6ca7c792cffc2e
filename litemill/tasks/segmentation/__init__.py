"""Segmentation: a picture in, a class for each of its pixels out."""
