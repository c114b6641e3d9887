"""The files that deploy a shop."""
