"""The command `read`: what of a chart is understood, from where, and what is not. No rule is applied."""
