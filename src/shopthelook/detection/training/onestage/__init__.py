"""A small detector that looks once: dense, anchor-free, light enough for one core.

The parts follow published one-stage detectors: a path-aggregation pyramid and shared heads of 5 x 5 depthwise
convolutions (RTMDet, Lyu et al. 2022; PP-PicoDet, Yu et al. 2021), task-aligned assignment (TOOD, Feng et al., ICCV
2021), the varifocal loss (Zhang et al., CVPR 2021) and boxes as distributions (Li et al., NeurIPS 2020).
"""
