"""The command line: one file per noun, each command parses, calls the shop and prints."""
