"""The same mathematics in floating point: arrays in, arrays out."""
