"""The engine of `gofigure watch`: one per working tree; it turns changes into runs."""
