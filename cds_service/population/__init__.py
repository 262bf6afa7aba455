"""Whole populations at a site: fitting a model there, sharing sums with other sites, watching it. A call uses none of it."""
