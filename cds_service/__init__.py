"""The edge: HTTP, CDS Hooks, command line, clock, settings and stores. The only floor with I/O."""
