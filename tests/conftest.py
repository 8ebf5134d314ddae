"""Real pictures for every test: photos that ship inside scikit-image, and shared data where it is present."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.errors import WeightsError
from lookalike.registry import Table
from lookalike.types import Picture, Pixels

ROOT = Path(__file__).resolve().parents[1]
LENT = ROOT.parent / "shared" / "weights"
WEIGHTS: Mapping[str, Mapping[str, object]] = {
    "r2d2": {"weights": str(LENT / "r2d2_WASF_N16.pt")},
}
"""Where the official weights of a component lie that may not be passed on."""
Ready = Callable[..., Any]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of lent images; a test that needs it skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("shared/data is not here")
    return folder


@pytest.fixture(scope="session")
def ready() -> Ready:
    """Makes the component of that name of a table; a test that needs one without its trained weights skips."""

    def make(table: Table[Any], name: str, settings: Mapping[str, object] | None = None) -> Any:
        component = table.make(name, {**WEIGHTS.get(name, {}), **(settings or {})})
        try:
            getattr(component, "checkpoint", None)
        except WeightsError as error:
            pytest.skip(str(error))
        return component

    return make


@pytest.fixture(scope="session")
def photo_files() -> list[Path]:
    """Photos inside the scikit-image wheel, by name: colour, grey, with alpha."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    return sorted(folder / name for name in PHOTOS)


PHOTOS = ("astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "page.png", "rocket.jpg")


@pytest.fixture(scope="session")
def photos(photo_files: list[Path]) -> list[Picture]:
    """The same, decoded whole; never written to."""
    from PIL import Image

    pictures = []
    for file in photo_files:
        with Image.open(file) as image:
            pixels: Pixels = np.ascontiguousarray(image.convert("RGB"), dtype=np.uint8)
        pixels.setflags(write=False)
        pictures.append(Picture(pixels, (pixels.shape[1], pixels.shape[0])))
    return pictures
