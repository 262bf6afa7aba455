"""Model cards as JSON and text: what a model is, for whom, and which recorded runs its figures come from. Nothing of a patient."""
