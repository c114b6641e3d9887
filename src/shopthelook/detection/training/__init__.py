"""Training of scene decomposition; needs the extra ``[train]``.

python -m shopthelook.detection.training --scenes DIR [--scenes DIR ...] --out RUN
"""
