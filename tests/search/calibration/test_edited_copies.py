import hashlib
import io

import numpy as np
import PIL.Image
import pytest
import skimage.data

from lookalike.describe import DESCRIBERS
from lookalike.errors import BadPicture
from lookalike.pixels.augment import edit
from lookalike.pixels.limits import Limits
from lookalike.search.calibration.edited_copies import Copies, CopyJob, describe_copies
from lookalike.search.ingest.read import Loaded
from lookalike.types import Picture, Stamp

EDITS = ("jpeg", "crop", "collage")


def loaded(pixels, format="png"):
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, format)
    data = file.getvalue()
    return Loaded("made", Stamp(len(data), 0, 0, 0), data, hashlib.sha256(data).hexdigest())


def copies_of(*jobs):
    describers = [DESCRIBERS.make("histogram"), DESCRIBERS.make("dhash")]
    return list(describe_copies(iter(jobs), describers, workers=1, limits=Limits()))


def test_rows_are_those_of_the_copies_made_by_hand():
    photo, other = skimage.data.astronaut(), skimage.data.coffee()
    (found,) = copies_of(CopyJob(loaded(photo), loaded(other).data, EDITS, 5))
    assert isinstance(found, Copies)
    made = [edit(name, photo, 5, other) for name in EDITS]
    pictures = [Picture(copy.pixels, copy.pixels.shape[1::-1]) for copy in made]
    for name in ("histogram", "dhash"):
        describer = DESCRIBERS.make(name)
        np.testing.assert_allclose(found.rows[describer.space], describer.describe(pictures), atol=1e-6)
    np.testing.assert_allclose(found.transforms, [copy.transform for copy in made], atol=1e-9)


def test_transforms_lead_to_px_of_the_original_though_it_is_decoded_at_a_fraction():
    large = np.asarray(PIL.Image.fromarray(skimage.data.astronaut()).resize((2048, 2048)))
    (found,) = copies_of(CopyJob(loaded(large, "jpeg"), loaded(skimage.data.coffee()).data, ("flip",), 0))
    corner = found.transforms[0] @ [0, 0, 1]
    assert corner[0] == pytest.approx(2047, abs=3)
    assert corner[1] == pytest.approx(0, abs=3)
    assert found.transforms[0][0, 0] < -1.9


def test_a_file_that_gives_no_picture_is_an_outcome_and_not_the_end():
    good = CopyJob(loaded(skimage.data.astronaut()), loaded(skimage.data.coffee()).data, ("grey",), 0)
    bad = CopyJob(Loaded("bad", Stamp(3, 0, 0, 0), b"bad", "0"), good.other, ("grey",), 0)
    found = copies_of(bad, good)
    (failed,) = (each for each in found if isinstance(each, tuple))
    assert failed[0] is bad
    assert isinstance(failed[1], BadPicture)
    assert sum(isinstance(each, Copies) for each in found) == 1
