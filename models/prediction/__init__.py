"""The one contract of every predictive model: inputs in, a number with its explanation out, or a Gap. It decides on no card."""
