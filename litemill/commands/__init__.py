"""What `litemill VERB` runs, a function a verb; its parameters are the options."""
