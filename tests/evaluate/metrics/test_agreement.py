"""MAP@R beside the program of the paper that defines it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lookalike.evaluate.metrics import ranking


def test_map_at_r_and_r_precision_agree_with_pytorch_metric_learning():
    chance = np.random.default_rng(0)
    labels = np.repeat(np.arange(7), [3, 5, 8, 12, 4, 9, 6])
    vectors = chance.normal(size=(len(labels), 6)) + chance.normal(size=(7, 6))[labels]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = vectors @ vectors.T
    ranks = [ranking.ranks_of(row, labels == labels[at], np.arange(len(labels)) == at) for at, row in enumerate(scores)]
    given = io.BytesIO()
    np.savez(given, vectors=vectors, labels=labels)
    oracle = Path(__file__).with_name("pml_oracle.py")
    ran = subprocess.run([sys.executable, str(oracle)], input=given.getvalue(), capture_output=True, check=True)
    theirs = json.loads(ran.stdout)
    assert np.mean([ranking.map_at_r(each) for each in ranks]) == pytest.approx(theirs["mean_average_precision_at_r"])
    assert np.mean([ranking.r_precision(each) for each in ranks]) == pytest.approx(theirs["r_precision"])
    assert np.mean([ranking.precision_at(each, 1) for each in ranks]) == pytest.approx(theirs["precision_at_1"])
