"""Profile plus knowledge: what engines ask for. Ingredients of an order, the state of a gene, age and population."""
