"""One revision a module. A revision only adds; what it makes superfluous is taken away a release later."""
