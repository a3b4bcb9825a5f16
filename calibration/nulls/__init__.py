"""Rivals without agents, scored on the same rows with the same error model."""
