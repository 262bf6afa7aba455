"""Fits, chooses, exports and measures the models that are trained here, with pandas and scikit-learn. Nothing that serves imports it."""
