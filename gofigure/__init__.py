"""Local CI/CD for a git repository: run only what is not yet proven."""

__version__ = "0.1.0"
