"""Judgments and pairs in, the next encoder and reranker out. Needs requirements of training."""
