"""Therapies of tumours: which rows apply to a patient, how strong they are, and what they mean for an order or a plan."""
