"""One page that runs the model: a file that opens from disk and needs nothing else.

`page` puts it together: the opening of a connection under both handshakes, as JavaScript, the search that belongs to it
(export/search.js), and what lies here as text. In run.js is what a run is: its steps, the segments under way, the
ladder, the address that reproduces it; it knows nothing of a page, so that node can test it. In page.js that is shown,
and clicks and keys are taken; page.css and page.html are the look and the frame.

Nothing here decides what the protocol does: every button is a rule of the model whose guard is true, and what it does
is the rule's update. A worker searches with the same text. Core, machine, settings, network, export, properties and
`engines.native` (its cache) are imported.
"""
