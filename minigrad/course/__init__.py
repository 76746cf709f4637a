"""The course, whose exercises are cut from the framework.

Nothing in the framework imports this package; only the command line does.
"""
