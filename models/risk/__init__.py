"""Risks of an opened chart: which models are asked, from where on they are told, what makes their number wrong."""
