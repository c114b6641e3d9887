"""What training a detector and training an embedder share: schedule, loop, devices, checkpoints, journal."""
