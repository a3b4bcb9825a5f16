"""The parts of ``allegiance sweep``: designs, points, cells, processes, progress, the table."""
