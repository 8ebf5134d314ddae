"""Networks on onnxruntime: one thread each, so that workers do not fight over cores; on a GPU where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Final, Literal, cast

from lookalike import telemetry
from lookalike.errors import MissingExtra
from lookalike.models.cache import path_of
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.efficientnet_lite import Variant, efficientnet_lite

if TYPE_CHECKING:
    import onnxruntime

Device = Literal["auto", "cpu", "cuda"]
"""auto: a GPU where onnxruntime knows of one."""
CPU: Final = "CPUExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"
Provider = str | tuple[str, dict[str, str]]


@cache
def efficientnet_lite_session(threads: int, variant: Variant = "lite0") -> onnxruntime.InferenceSession:
    """A network of that family, built in memory once a process."""
    return started(efficientnet_lite(read_checkpoint(path_of(f"efficientnet-{variant}")), variant), threads)


def started(model: bytes | str, threads: int, device: Device = "cpu") -> onnxruntime.InferenceSession:
    """A session of ONNX bytes, or of the file at a path; raises `MissingExtra` where there is no such device."""
    ort = runtime()
    chosen = providers(device, ort.get_available_providers())
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting thread frees its core
    session: onnxruntime.InferenceSession = ort.InferenceSession(model, options, providers=chosen)
    return session


def runtime() -> ModuleType:
    """The module onnxruntime, its telemetry off. Nothing else here imports it: loading it is what starts telemetry."""
    telemetry.turn_off()
    import onnxruntime

    if hasattr(onnxruntime, "disable_telemetry_events"):  # for who had loaded it before
        onnxruntime.disable_telemetry_events()
    return cast(ModuleType, onnxruntime)


def providers(device: Device, available: Sequence[str]) -> list[Provider]:
    """Providers that run the nodes, in the order of preference; a CPU runs those that a GPU cannot."""
    if device == "cuda" and CUDA not in available:
        raise MissingExtra("this onnxruntime knows no GPU: install onnxruntime-gpu in its place, or use device=cpu")
    if device == "cpu" or CUDA not in available:
        return [CPU]
    return [(CUDA, {"use_tf32": "0"}), CPU]  # in full precision: rows are the same on every machine
