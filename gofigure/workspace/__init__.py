"""Places that stages run in: the user's own working tree, or a private checkout of what is being checked."""
