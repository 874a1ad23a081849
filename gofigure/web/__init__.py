"""The page: shows what the store holds, and starts runs as processes of their own."""
