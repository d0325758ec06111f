"""Measures Windsock from outside: the released program, a simulated Jetstream, and what the operating system tells."""
