"""Measurements: our engines beside other tools, on the same configurations and in the same run."""
