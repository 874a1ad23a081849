"""Questions to a container engine over its own socket: what is there, and away with what is ours and left over."""
