"""One page that runs the model: a file that opens from disk and needs nothing else.

`page` puts it together: the opening of a connection under both handshakes, written by the exporter `javascript`, its
search (export/search.js), and what lies here as text. `run.js` is what a run is: its steps, the segments under way, the
ladder, the address that reproduces it; it knows nothing of a page, so that node can test it. `page.js` shows that and
takes clicks and keys; `page.css` and `page.html` are its look and its frame.

Nothing here decides what the protocol does: every button is a rule of the model whose guard is true, and what it does is
the rule's update. A worker searches with the same text. Of the model, settings, network, export and properties are
imported.
"""
