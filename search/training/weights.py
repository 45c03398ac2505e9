"""A trained cross-encoder -> the files to ship: half-size weights that load as fp32."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer


def save_for_shipping(encoder: CrossEncoder, to: Path) -> None:
    """Save with weights in fp16 on disk; config.json keeps float32, so they load as that.

    The tokenizer is named by the class every transformers release knows, and keeps nothing of how
    the training cut and padded its texts.
    """
    encoder.save_pretrained(str(to))
    pieces_file = to / "tokenizer.json"
    pieces = Tokenizer.from_file(str(pieces_file))
    pieces.no_truncation()
    pieces.no_padding()
    pieces.save(str(pieces_file))
    file = to / "model.safetensors"
    half = {name: tensor.to(torch.float16) for name, tensor in load_file(file).items()}
    save_file(half, file, metadata={"format": "pt"})
    tokenizer_file = to / "tokenizer_config.json"
    tokenizer = json.loads(tokenizer_file.read_text(encoding="utf-8"))
    for leftover in ("is_local", "local_files_only", "backend"):
        tokenizer.pop(leftover, None)
    tokenizer["tokenizer_class"] = "PreTrainedTokenizerFast"
    tokenizer_file.write_text(json.dumps(tokenizer, indent=2) + "\n", encoding="utf-8")
