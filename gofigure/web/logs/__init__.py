"""The logs of stages: their lines, colours, and the words in them."""
