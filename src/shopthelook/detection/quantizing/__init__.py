"""8-bit copies of detector bundles; needs the extra ``[quantize]``."""
