"""Detectors made elsewhere, turned into bundles that serving and evaluation take; needs the extra ``[plug-in]``."""
