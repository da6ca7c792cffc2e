"""The stages of the build, one file each; `dvc.yaml` says in which order they run."""
