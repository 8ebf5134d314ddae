"""Networks on onnxruntime: one thread each, so that workers do not fight over cores."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lookalike.models.cache import path_of
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.efficientnet_lite import efficientnet_lite0

if TYPE_CHECKING:
    import onnxruntime


@cache
def efficientnet_lite0_session(threads: int) -> onnxruntime.InferenceSession:
    """The default network, built in memory once a process."""
    return started(efficientnet_lite0(read_checkpoint(path_of("efficientnet-lite0"))), threads)


def started(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    """A session of these ONNX bytes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting thread frees its core
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
