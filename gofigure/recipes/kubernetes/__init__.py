"""The recipe of the target `kubernetes` (docs/decisions/0031-kubernetes.md); main.py is where it begins."""
