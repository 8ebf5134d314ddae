"""Models of the user's own that read and see: two ONNX graphs, one of pictures and one of texts, with one space."""
