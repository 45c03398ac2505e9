"""Offline half of the product: text in, a verified index generation out."""
