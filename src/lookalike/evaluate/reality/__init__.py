"""Losses of metric learning beside one another, by the protocol of [Musgrave et al., A metric learning reality check,
ECCV 2020]."""
