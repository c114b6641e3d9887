"""Small models of transformers with random weights, saved as a training run would save them."""

from __future__ import annotations

from pathlib import Path

import torch
import transformers
from torch import nn

NAMES = {0: "chair", 1: "person", 2: "couch", 3: "vase"}
SIZES = {"rt_detr": 96, "rt_detr_v2": 96, "d_fine": 96, "rf_detr": 112}
_TRANSFORMER = {
    "encoder_hidden_dim": 32,
    "encoder_ffn_dim": 32,
    "encoder_attention_heads": 2,
    "d_model": 32,
    "decoder_in_channels": [32, 32, 32],
    "decoder_ffn_dim": 32,
    "decoder_layers": 2,
    "decoder_attention_heads": 2,
    "num_queries": 20,
    "num_denoising": 0,
}


def save_small(folder: Path, kind: str) -> Path:
    """Save a model of ``kind`` and its image processor to ``folder / kind``; return that folder."""
    torch.manual_seed(5)
    network = transformers.AutoModelForObjectDetection.from_config(_config(kind))
    with torch.no_grad():
        # First weights give each query the same score; these tell pictures and queries apart.
        for name, parameter in network.named_parameters():
            if "bbox" in name:  # else boxes shrink to nothing
                continue
            if parameter.ndim > 1:
                nn.init.xavier_normal_(parameter.view(parameter.shape[0], -1), gain=1.5)
            else:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    side = {"height": SIZES[kind], "width": SIZES[kind]}
    processor = transformers.RTDetrImageProcessor(size=side, do_normalize=kind == "rf_detr")
    network.save_pretrained(folder / kind)
    processor.save_pretrained(folder / kind)
    return folder / kind


def _config(kind: str) -> transformers.PretrainedConfig:
    labels = {"id2label": NAMES, "label2id": {name: i for i, name in NAMES.items()}}
    if kind == "rf_detr":
        return transformers.RfDetrConfig(
            backbone_config=transformers.RfDetrDinov2Config(
                hidden_size=24,
                num_hidden_layers=2,
                num_attention_heads=2,
                image_size=112,
                patch_size=14,
                num_windows=2,
                out_features=["stage1", "stage2"],
            ),
            d_model=32,
            decoder_ffn_dim=32,
            decoder_layers=2,
            decoder_self_attention_heads=2,
            decoder_cross_attention_heads=2,
            num_queries=20,
            group_detr=2,
            intermediate_size=32,
            **labels,
        )
    if kind == "d_fine":
        return transformers.DFineConfig(
            backbone_config=transformers.HGNetV2Config(
                stem_channels=[3, 8, 8],
                stage_in_channels=[8, 16, 24, 32],
                stage_mid_channels=[8, 8, 8, 8],
                stage_out_channels=[16, 24, 32, 40],
                stage_num_blocks=[1, 1, 1, 1],
                stage_downsample=[False, True, True, True],
                stage_light_block=[False] * 4,
                stage_kernel_size=[3, 3, 3, 3],
                stage_numb_of_layers=[1, 1, 1, 1],
                hidden_sizes=[16, 24, 32, 40],
                depths=[1, 1, 1, 1],
                embedding_size=8,
                out_features=["stage2", "stage3", "stage4"],
            ),
            encoder_in_channels=[24, 32, 40],
            decoder_n_points=[2, 2, 2],
            **_TRANSFORMER,
            **labels,
        )
    make = {"rt_detr": transformers.RTDetrConfig, "rt_detr_v2": transformers.RTDetrV2Config}[kind]
    return make(
        backbone_config=transformers.RTDetrResNetConfig(
            embedding_size=8,
            hidden_sizes=[8, 16, 24, 32],
            depths=[1, 1, 1, 1],
            layer_type="basic",
            out_features=["stage2", "stage3", "stage4"],
        ),
        encoder_in_channels=[16, 24, 32],
        **_TRANSFORMER,
        **labels,
    )
