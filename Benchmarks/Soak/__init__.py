"""Lets the daemon run for long on a Jetstream that goes wrong all the time, and settles the account afterwards."""
