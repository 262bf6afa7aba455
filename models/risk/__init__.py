"""Risks of an opened chart: which models are asked, from where on they are told, and what makes their number wrong. It computes no number."""
