"""Where commands run: the local machine now, others behind the same Protocol later."""
