"""Matches, keypoints, descriptors and responses, drawn for people."""
