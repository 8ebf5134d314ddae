"""How much each channel counts, and in which order candidates stand: learned, and kept only where it helps."""
