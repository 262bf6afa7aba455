"""Inherited disease: what pathogenic germline variants mean at an order, and what follows from them apart from medicines."""
