"""What a person can look up, as values and as Markdown: the guide, every key, every command. Nothing here prints.

Made from what the program itself goes by (the schema's table, the commands, the README), so that none of it can be
about another version. The page shows it; whoever makes a site of it uses the same functions.
"""
