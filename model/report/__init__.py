"""Rows for readers: answers, tables and lists as text, and as JSON for programs.

`answers` chooses what is said of the rows, one sentence for each statement or claim, and `answer_text` sets it in lines
and colours; `tour` leads through the nine statements; `verdict_words` says each verdict in words. `details` is the
whole report, `summary` a line for each row, the JSON and the exit status, `gallery` the index of all pictures,
`for_page` what the page shows. `coverage_report` is the table of events; `listing` says what there is to check, before
anything is checked.

No sentence is said that the verdicts do not make true, and what contradicts its claim is always said. Texts are facts:
tests compare them. No verdict is computed here. Machine, settings, pictures (runs in text), questions and properties
are imported.
"""
