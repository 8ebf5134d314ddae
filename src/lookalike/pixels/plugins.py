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
_ONE_THREAD: Final = {
    "avif": ("PIL.AvifImagePlugin", "DEFAULT_MAX_THREADS"),
    "heic": ("pi_heif.options", "DECODE_THREADS"),
}


def opened(format: str, data: bytes) -> ImageFile.ImageFile:
    """The picture with its header read and no pixel decoded. No other plug-in is asked, whatever the bytes say."""
    module, _, name = _PLUGINS[format].partition(":")
    plugin = getattr(importlib.import_module(module), name)
    if format in _ONE_THREAD:
        module, threads = _ONE_THREAD[format]
        setattr(importlib.import_module(module), threads, 1)
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
