"""Files, processes, memory and the terminal: what is asked of the machine.

`files` writes files that are whole or not there, and trusts no folder that others can write; `reading` opens, parses
and checks what somebody else wrote. `crew` is an executor of processes, `workers` are the threads of one search,
`interrupt` sees to Ctrl-C. `memory` says how much there is. `printing` makes text of others harmless, guesses what a
misspelt name was meant to be, and is how command lines speak; `screen` has tables and the live line.

What differs between operating systems is dealt with here and nowhere else. No room is imported, and nothing here knows
what the processes, files and tables are about.
"""
