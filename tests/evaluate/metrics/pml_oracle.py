"""Prints what pytorch-metric-learning says of labelled vectors, an .npz on stdin. Its import changes faiss for good."""

import io
import json
import sys

import numpy as np
import torch
from pytorch_metric_learning.distances import CosineSimilarity
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN

if __name__ == "__main__":
    given = np.load(io.BytesIO(sys.stdin.buffer.read()))
    calculator = AccuracyCalculator(
        include=("mean_average_precision_at_r", "r_precision", "precision_at_1"),
        k="max_bin_count",
        device=torch.device("cpu"),
        knn_func=CustomKNN(CosineSimilarity()),
    )
    found = calculator.get_accuracy(torch.tensor(given["vectors"]), torch.tensor(given["labels"]))
    json.dump({name: float(value) for name, value in found.items()}, sys.stdout)
