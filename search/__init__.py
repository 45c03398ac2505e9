"""Online half of the product: query in, ranked and explained hits out."""
