"""Learning descriptors: losses, the choice of what they are shown, and the loop around them. Needs torch."""
