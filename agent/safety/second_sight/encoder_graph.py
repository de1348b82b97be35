"""The trained layers as an ONNX graph in whole numbers of one byte; only training needs this (the ``gpu`` extra)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

HEADS = 12
"""Attention heads of the base model."""
_OPSET = 20
"""The first with the activation GELU by the hyperbolic tangent, as in training."""


def graph_of(state: Mapping[str, np.ndarray], layers: int, epsilon: float) -> Any:
    """An ONNX model from "tokens", float32 of shape (tokens, hidden), to "mean", their mean after all layers, of shape (hidden,).

    ``state``: the weights under the names of transformers' ``BertModel``.
    """
    import onnx
    from onnx import TensorProto, helper

    hidden = len(state["embeddings.LayerNorm.weight"])
    graph = _Graph(state, hidden, epsilon)
    states = graph.normed("tokens", "embeddings.LayerNorm")
    for number in range(layers):
        states = _layer(graph, states, f"encoder.layer.{number}")
    graph.add("ReduceMean", states, graph.value("axes", np.array([0])), out="mean", keepdims=0)
    inputs = [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["tokens", hidden])]
    outputs = [helper.make_tensor_value_info("mean", TensorProto.FLOAT, [hidden])]
    whole = helper.make_graph(graph.nodes, "encoder", inputs, outputs, list(graph.values.values()))
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def in_bytes(model: Any) -> bytes:
    """The graph with its matrices in one byte a weight, a scale for each column; states are rounded as they come."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "graph.onnx"
        quantize_dynamic(
            model,
            target,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
        return target.read_bytes()


class _Graph:
    def __init__(self, state: Mapping[str, np.ndarray], hidden: int, epsilon: float) -> None:
        self.state, self.hidden, self._epsilon = state, hidden, epsilon
        self.nodes: list[Any] = []
        self.values: dict[str, Any] = {}

    def value(self, name: str, value: np.ndarray) -> str:
        from onnx import numpy_helper

        self.values[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def add(self, kind: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = out or f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def normed(self, states: str, name: str) -> str:
        weights = [self.value(f"{name}.{part}", self.state[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self.add("LayerNormalization", states, *weights, epsilon=self._epsilon)

    def linear(self, states: str, names: Sequence[str]) -> str:
        """One product for several of the model's matrices side by side."""
        weight = np.concatenate([self.state[f"{name}.weight"].T for name in names], axis=1)
        bias = np.concatenate([self.state[f"{name}.bias"] for name in names])
        product = self.add("MatMul", states, self.value(f"{names[0]}.weight", weight))
        return self.add("Add", product, self.value(f"{names[0]}.bias", bias))


def _layer(graph: _Graph, states: str, name: str) -> str:
    each = graph.hidden // HEADS
    own = f"{name}.attention.self"
    mixed = graph.linear(states, [f"{own}.{part}" for part in ("query", "key", "value")])
    shape = graph.value("by head", np.array([-1, 3, HEADS, each]))
    mixed = graph.add("Transpose", graph.add("Reshape", mixed, shape), perm=[1, 2, 0, 3])
    queries, keys, values = (
        graph.add("Gather", mixed, graph.value(f"part {part}", np.array(part)), axis=0) for part in range(3)
    )
    scores = graph.add("MatMul", queries, graph.add("Transpose", keys, perm=[0, 2, 1]))
    scaled = graph.add("Mul", scores, graph.value("scale", np.array(each**-0.5, "f4")))
    seen = graph.add("MatMul", graph.add("Softmax", scaled, axis=-1), values)
    whole = graph.value("whole", np.array([-1, graph.hidden]))
    seen = graph.add("Reshape", graph.add("Transpose", seen, perm=[1, 0, 2]), whole)
    told = graph.linear(seen, [f"{name}.attention.output.dense"])
    states = graph.normed(graph.add("Add", states, told), f"{name}.attention.output.LayerNorm")
    raised = graph.add("Gelu", graph.linear(states, [f"{name}.intermediate.dense"]), approximate="tanh")
    fed = graph.linear(raised, [f"{name}.output.dense"])
    return graph.normed(graph.add("Add", states, fed), f"{name}.output.LayerNorm")
