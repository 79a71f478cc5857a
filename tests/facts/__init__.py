"""What the program found and said when it was last looked at; a change that alters any of it has to say so.

`results.json` has the verdict and the figures of every row of a full run, `texts/` commands with what they print.
`python -m tests.facts` compares, `--promote` writes what is found now.
"""
