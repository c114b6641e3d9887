"""What all data sets share: files that others wrote read with care, and pictures brought to their place."""
