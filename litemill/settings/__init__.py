"""What users write: `params.yaml` and `data/catalog.yaml` as typed structs."""
