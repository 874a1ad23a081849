"""Plan what a job must run, run it, and record what that proved."""
