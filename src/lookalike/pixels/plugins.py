"""The one Pillow plug-in for each format, and Pillow's own limits."""

from __future__ import annotations

import importlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image, ImageFile

_PLUGINS: Final = {
    "jpeg": "PIL.JpegImagePlugin:JpegImageFile",
    "png": "PIL.PngImagePlugin:PngImageFile",
    "webp": "PIL.WebPImagePlugin:WebPImageFile",
    "gif": "PIL.GifImagePlugin:GifImageFile",
    "bmp": "PIL.BmpImagePlugin:BmpImageFile",
    "tiff": "PIL.TiffImagePlugin:TiffImageFile",
    "avif": "PIL.AvifImagePlugin:AvifImageFile",
    "heic": "pi_heif:HeifImageFile",
    "ppm": "PIL.PpmImagePlugin:PpmImageFile",
    "ico": "PIL.IcoImagePlugin:IcoImageFile",
}
_SETTINGS: Final[dict[str, tuple[str, dict[str, object]]]] = {
    "avif": ("PIL.AvifImagePlugin", {"DEFAULT_MAX_THREADS": 1}),
    "heic": ("pi_heif.options", {"DECODE_THREADS": 1, "THUMBNAILS": False, "DEPTH_IMAGES": False, "AUX_IMAGES": False}),
}
"""One thread, since every core has a worker; and of what a file holds beside its picture, nothing."""


def opened(format: str, data: bytes) -> ImageFile.ImageFile:
    """The picture with its header read and no pixel decoded. No other plug-in is asked, whatever the bytes say."""
    module, _, name = _PLUGINS[format].partition(":")
    plugin = getattr(importlib.import_module(module), name)
    if format in _SETTINGS:
        module, settings = _SETTINGS[format]
        for setting, value in settings.items():
            setattr(importlib.import_module(module), setting, value)
    image: ImageFile.ImageFile = plugin(io.BytesIO(data))
    return image


@contextmanager
def pillow_limited(pixels: int) -> Iterator[None]:
    """Within, Pillow refuses tiles, canvases and icons of more than `pixels`, and warns of nothing."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = pixels // 2  # it warns above this and raises above twice this
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before
