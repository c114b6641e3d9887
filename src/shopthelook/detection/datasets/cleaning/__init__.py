"""Label cleaning: likely errors in a data set as a list to ask people, and their answers merged back (+CLN)."""
