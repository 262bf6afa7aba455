"""Doses by published equations: what they need of a patient, what they give, and for whom they say nothing."""
