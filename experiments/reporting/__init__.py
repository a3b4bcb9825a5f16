"""The report on calibration and validation: stored results on one page."""
