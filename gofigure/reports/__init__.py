"""The single tests of a stage, as test programs tell of them: in what they print, or in a file that they write.

Nothing here starts or changes anything, and nothing that a program writes can raise here: a report that is cut off,
broken or hostile is one that tells less (docs/decisions/0032-tests.md).
"""
