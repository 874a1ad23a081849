"""Who gets in, and by which way: addresses, sockets, connections, sessions."""
