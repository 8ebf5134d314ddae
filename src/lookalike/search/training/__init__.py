"""Folders of classes to a network that tells their pictures apart."""
