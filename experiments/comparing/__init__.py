"""Scenarios compared with shared luck: runs in pairs, effects, flows, figures, report."""
