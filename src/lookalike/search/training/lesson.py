"""Examples of a folder for a network, and the network: everything of a training that is torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lookalike.errors import BadSetting, MissingExtra
from lookalike.learn.augment import AsTheyAre, Augment, Moved, OneOfViews
from lookalike.learn.closed_form import principal
from lookalike.learn.losses import LOSSES
from lookalike.learn.miners import MINERS
from lookalike.learn.networks import hidden_head, linear_head, of_pixels
from lookalike.learn.sampler import ClassesTimesPictures
from lookalike.learn.train import Examples, Recipe
from lookalike.search.calibration.copy_cache import CopyCache, fill
from lookalike.search.calibration.copy_plan import CopyPlan
from lookalike.search.described import DescribedFolder
from lookalike.search.ingest.options import Options
from lookalike.search.training.class_folder import ClassFolder
from lookalike.search.training.settings import Device, Settings
from lookalike.types import Record

Places = NDArray[np.int64]


def recipe_of(settings: Settings) -> Recipe:
    """Raises `UnknownName` or `BadSetting` for a loss or a miner that is none."""
    return Recipe(
        LOSSES.spelled(settings.loss),
        None if settings.miner is None else MINERS.spelled(settings.miner),
        ClassesTimesPictures(settings.classes, settings.pictures),
        iterations=settings.iterations,
        rate=settings.rate,
        judge_every=settings.judge_every,
        patience=settings.patience,
        seed=settings.seed,
    )


@dataclass(frozen=True, eq=False)
class Lesson:
    """Examples, networks and views of a folder that was described by `settings.seen`."""

    settings: Settings
    folder: ClassFolder
    described: DescribedFolder

    def examples(self, places: Places) -> Examples:
        """Rows (n, 1280), or pixels (n, 3, side, side) uint8, of these pictures."""
        rows = self.described.rows(self.settings.seen, self.folder.paths(places))
        names = self.folder.names(places)
        if not self.settings.on_pixels:
            return Examples(torch.from_numpy(rows), self.folder.labels[places], names)
        side = self.settings.side
        pixels = torch.from_numpy(rows).reshape(-1, side, side, 3).permute(0, 3, 1, 2).contiguous()
        return Examples(pixels, self.folder.labels[places], names)

    def network(self, learn: Examples) -> Any:
        """Module that has learned nothing yet; a linear head begins as principal components of the examples."""
        if self.settings.on_pixels:
            return of_pixels(self.settings.dim, self.settings.seed)
        rows = learn.inputs.numpy()
        if self.settings.network == "hidden":
            return torch.nn.Sequential(*hidden_head(rows, self.settings.dim, self.settings.seed))
        most = principal(rows, self.settings.dim).matrix.shape[1]
        if most < 2:
            raise BadSetting("the pictures to learn from are all alike: nothing tells them apart")
        return torch.nn.Sequential(linear_head(rows, min(self.settings.dim, most)))

    def augment(self, learn: Examples, places: Places, cache: Path, options: Options) -> Augment | None:
        """Views of the examples at these places; None where `options.should_stop` ended the describing."""
        if self.settings.on_pixels:
            return Moved(learn.inputs)
        if not self.settings.edits:
            return AsTheyAre(learn.inputs)
        edited = self._edited([self.folder.records[at] for at in places], cache, options)
        if edited is None:
            return None
        plain = learn.inputs.numpy()
        views = [
            np.concatenate([row[None], copies if copies is not None else np.repeat(row[None], self._edits, axis=0)])
            for row, copies in zip(plain, edited, strict=True)
        ]
        return OneOfViews(torch.from_numpy(np.stack(views)))

    @property
    def _edits(self) -> int:
        return len(self.settings.edits)

    def _edited(
        self, records: Sequence[Record], cache: Path, options: Options
    ) -> list[NDArray[np.float32] | None] | None:
        """(edits, 1280) of each picture, None where it could not be edited; kept in `cache`, so that a run goes on."""
        kept = CopyCache(cache / "copies", self.settings.edits, self.settings.seed)
        count = len(records)
        plan = CopyPlan(np.arange(count), np.empty(0, np.int64), np.roll(np.arange(count), 1))
        if not fill(kept, records, plan, [self.settings.seen], options):
            return None
        found = [kept.read(records[at], records[at - 1], [self.settings.seen]) for at in range(count)]
        return [None if rows is None else np.asarray(rows[self.settings.seen.space], np.float32) for rows in found]


def device_of(device: Device) -> str:
    """Raises `MissingExtra` where a GPU is asked for and torch knows none."""
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise MissingExtra("this torch knows no GPU: install a torch for CUDA, or use device=cpu")
    return "cuda" if there and device != "cpu" else "cpu"
