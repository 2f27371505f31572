"""Files of the user: found and sniffed in Python, read in the sandbox, checked, and described by a TOML file.

`formats` is the table of what can be read. `read` runs in the sandbox and writes one table for a file. `take`
runs in the parent and checks that table. `propose` writes a description for a file that has none.
"""
