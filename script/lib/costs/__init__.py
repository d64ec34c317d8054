"""What work costs, as CPU time of processes, beside the least that the same stack could do it for."""
