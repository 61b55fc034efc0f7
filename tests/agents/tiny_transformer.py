"""A sentence transformer small enough for tests: a few words' vectors, in the files that fastembed reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH = 384
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_SAME = (("export", "exporting"), ("report", "reports"), ("crashes", "crash", "fails"))  # words of one meaning
_OTHERS = ("a", "when", "is", "the", "lunch", "ready", "login", "page", "spins", "slow")


def make_transformer(folder: Path) -> Path:
    """Write the files of a model whose vector of a text is the mean of its words' vectors."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [*_SPECIAL, *(word for group in _SAME for word in group), *_OTHERS]
    table = np.random.default_rng(7).standard_normal((len(words), WIDTH)).astype(np.float32)
    table[: len(_SPECIAL)] *= 0.01
    for group in _SAME:
        for word in group:
            table[words.index(word)] = table[words.index(group[0])]
    onnx.save(_graph(table), str(folder / "model.onnx"))
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": at, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True}
            for at, token in enumerate(_SPECIAL)
        ],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: at for at, word in enumerate(words)}, "unk_token": "[UNK]"},
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps({"pad_token_id": 0}), encoding="utf-8")
    told = {"model_max_length": 256, "pad_token": "[PAD]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    (folder / "special_tokens_map.json").write_text(json.dumps(special), encoding="utf-8")
    return folder


def _graph(table: np.ndarray) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", WIDTH])
    look_up = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph([look_up], "words", inputs, [output], [numpy_helper.from_array(table, "table")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model
