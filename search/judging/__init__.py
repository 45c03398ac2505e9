"""Judging relevance by hand: judgments, pools, metrics, agreement."""
