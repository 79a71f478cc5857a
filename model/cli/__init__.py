"""What the command lines have in common: arguments, exit statuses, and one clear line for each mistake.

`arguments` parses what is typed, and says what may have been meant; `endings` has the exit statuses and turns errors
into one line for what a user can mend, into a traceback only for what is our mistake.

A status means the same in every program; scripts rely on it. The text of a mistake is one line, and is printed by
`machine.printing`. Nothing that takes time to load is imported at the top: a misspelt option costs no second. Core,
machine, settings and questions are imported.
"""
