"""The build for mobile vision models: DeepLab and Magenta to TFLite, proven, measured, reported."""

__version__ = "0.2.0"
