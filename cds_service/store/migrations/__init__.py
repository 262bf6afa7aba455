"""How the store's tables came to be what they are: one module of `versions` for each revision. Run by `store/schema.py`."""
