"""Runs the specialties over a patient's orders and merges what they say."""
