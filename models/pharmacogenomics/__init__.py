"""Drug and genes: from the state of a patient's genes to a guideline's rows, and how loud they are."""
