"""A BERT cross-encoder on a CPU by OpenVINO: 2 to 7 times as many pairs a second as torch fp32.

The graph is written here operation by operation from the weights: tracing the torch model takes
four seconds at every start, and computes in its last layer the tokens that nobody reads.
(`tests/benchmarks/rerank.py`; int8 was a fifth faster still, with logits 0.1 to 0.7 off.)
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op

from search.pair_tokens import Batch

Floats = NDArray[np.float32]
_MASKED = -1e4


@dataclass(frozen=True, slots=True)
class BertShape:
    """What of a BERT is not seen in its weights."""

    layers: int
    heads: int
    positions: int
    """Longest text in tokens."""
    epsilon: float
    """Of the layer norm."""

    @staticmethod
    def fits(config: Mapping[str, Any]) -> bool:
        """Whether a transformers config is of the architecture that `bert_graph` writes."""
        return (
            config.get("architectures") == ["BertForSequenceClassification"]
            and config.get("hidden_act") == "gelu"
            and not config.get("is_decoder")
            and config.get("position_embedding_type", "absolute") == "absolute"
            and len(config.get("id2label", ())) == 1
        )

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """From a transformers config that fits."""
        return cls(
            int(config["num_hidden_layers"]),
            int(config["num_attention_heads"]),
            int(config["max_position_embeddings"]),
            float(config["layer_norm_eps"]),
        )


class OpenVinoBert:
    """The encoder in bfloat16 where the processor multiplies it, the head always in fp32.

    Threads may share it: it computes `threads` batches side by side, a thread each.
    """

    def __init__(self, weights: Mapping[str, Floats], shape: BertShape, threads: int) -> None:
        self._requests = threading.local()
        self._pooler = weights["bert.pooler.dense.weight"], weights["bert.pooler.dense.bias"]
        self._classifier = weights["classifier.weight"], weights["classifier.bias"]
        self._model = ov.Core().compile_model(
            bert_graph(weights, shape),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16() else "f32",
                "NUM_STREAMS": threads,
                "INFERENCE_NUM_THREADS": threads,
            },
        )

    def logits(self, batch: Batch) -> Floats:
        """Logits in fp32, shape (pairs,)."""
        request = getattr(self._requests, "mine", None)
        if request is None:  # it keeps its buffers: a new one for each batch costs a third more
            request = self._requests.mine = self._model.create_infer_request()
        hidden = request.infer([batch.ids, batch.types, batch.mask.astype(np.float32)])[0]
        weight, bias = self._pooler
        pooled = np.tanh(hidden @ weight.T + bias)
        weight, bias = self._classifier
        logits: Floats = (pooled @ weight.T + bias)[:, 0]
        return logits


def has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 (emulated, it is slower than fp32)."""
    return "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def bert_graph(weights: Mapping[str, Floats], shape: BertShape) -> ov.Model:
    """Ids, types and mask, shape (pairs, tokens) -> hidden state of the first token.

    Devlin et al. 2019, arXiv 1810.04805, as transformers' `BertModel` computes it; output of shape
    (pairs, hidden).
    """
    hidden = weights["bert.embeddings.word_embeddings.weight"].shape[1]
    heads, size = shape.heads, hidden // shape.heads
    ids, types = (op.parameter([-1, -1], np.int64) for _ in range(2))
    mask = op.parameter([-1, -1], np.float32)

    def linear(x: ov.Output, name: str) -> ov.Output:
        product = op.matmul(x, op.constant(weights[f"{name}.weight"]), False, True)
        return op.add(product, op.constant(weights[f"{name}.bias"]))

    def norm(x: ov.Output, name: str) -> ov.Output:
        scaled = op.mvn(x, _ints(-1), True, shape.epsilon, "inside_sqrt")
        scaled = op.multiply(scaled, op.constant(weights[f"{name}.weight"]))
        return op.add(scaled, op.constant(weights[f"{name}.bias"]))

    def by_head(x: ov.Output) -> ov.Output:
        return op.transpose(op.reshape(x, _ints(0, 0, heads, size), True), _ints(0, 2, 1, 3))

    def rows(table: str, at: ov.Output) -> ov.Output:
        return op.gather(op.constant(weights[f"bert.embeddings.{table}.weight"]), at, _ints(0))

    places = op.constant(weights["bert.embeddings.position_embeddings.weight"])
    length = op.gather(op.shape_of(ids), _ints(1), _ints(0))
    x = op.add(rows("word_embeddings", ids), rows("token_type_embeddings", types))
    x = op.add(x, op.slice(places, _ints(0), length, _ints(1), _ints(0)))
    x = norm(x, "bert.embeddings.LayerNorm")
    left_out = op.subtract(op.constant(np.float32(1)), op.unsqueeze(mask, _ints(1, 2)))
    bias = op.multiply(left_out, op.constant(np.float32(_MASKED)))
    for number in range(shape.layers):
        layer = f"bert.encoder.layer.{number}"
        attention = f"{layer}.attention.self"
        key, value = (by_head(linear(x, f"{attention}.{part}")) for part in ("key", "value"))
        if number == shape.layers - 1:  # only the first token is read any more
            x = op.slice(x, _ints(0), _ints(1), _ints(1), _ints(1))
        query = by_head(linear(x, f"{attention}.query"))
        seen = op.scaled_dot_product_attention(query, key, value, bias)
        seen = op.reshape(op.transpose(seen, _ints(0, 2, 1, 3)), _ints(0, 0, hidden), True)
        seen = linear(seen, f"{layer}.attention.output.dense")
        x = norm(op.add(seen, x), f"{layer}.attention.output.LayerNorm")
        inner = op.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = norm(op.add(linear(inner, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    return ov.Model([op.convert(op.squeeze(x, _ints(1)), np.float32)], [ids, types, mask], "bert")


def _ints(*values: int) -> ov.Output:
    return op.constant(np.array(values, np.int64))
