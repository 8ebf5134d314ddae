"""Real pictures for every test: photos that ship inside scikit-image, and shared data where it is present."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lookalike.types import Picture, Pixels

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of lent images; a test that needs it skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("shared/data is not here")
    return folder


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
