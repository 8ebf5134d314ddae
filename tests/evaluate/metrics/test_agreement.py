"""MAP@R beside the program of the paper that defines it."""

import numpy as np
import pytest
import torch
from pytorch_metric_learning.distances import CosineSimilarity
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN

from lookalike.evaluate.metrics import ranking


def test_map_at_r_and_r_precision_agree_with_pytorch_metric_learning():
    chance = np.random.default_rng(0)
    labels = np.repeat(np.arange(7), [3, 5, 8, 12, 4, 9, 6])
    vectors = chance.normal(size=(len(labels), 6)) + chance.normal(size=(7, 6))[labels]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = vectors @ vectors.T
    ranks = [ranking.ranks_of(row, labels == labels[at], np.arange(len(labels)) == at) for at, row in enumerate(scores)]
    calculator = AccuracyCalculator(
        include=("mean_average_precision_at_r", "r_precision", "precision_at_1"),
        k="max_bin_count",
        device=torch.device("cpu"),
        knn_func=CustomKNN(CosineSimilarity()),
    )
    theirs = calculator.get_accuracy(torch.tensor(vectors), torch.tensor(labels))
    assert np.mean([ranking.map_at_r(each) for each in ranks]) == pytest.approx(theirs["mean_average_precision_at_r"])
    assert np.mean([ranking.r_precision(each) for each in ranks]) == pytest.approx(theirs["r_precision"])
    assert np.mean([ranking.precision_at(each, 1) for each in ranks]) == pytest.approx(theirs["precision_at_1"])
