"""Training of the embedder; needs the extra `[train]`."""
