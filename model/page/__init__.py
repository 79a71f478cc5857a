"""One page that runs the model: a file that opens from disk and needs nothing else.

`page` puts it together: what is written here, the search that belongs to it (export/search.js), and data: the runs of a
check with their models (report/for_page), and playgrounds for runs by hand. `models` has these, and packs models, each
function once. run.js is what a run is: its steps, the segments under way, why an event is not possible; session.js
which run is shown, models.js where it begins and its address, knowledge.js who knows what, save.js the files that are
made of it, words.js its texts: none of them knows of a page, so that node can test them. ladder.js draws, app.js shows
and takes clicks, drags and keys; page.css and page.html are the look and the frame, vendor/ the libraries.

Nothing here decides what the protocol does: every button is a rule of the model whose guard is true, and what it does
is the rule's update. A worker searches with the same text. Core, machine, settings, tcp, network, export, words,
properties and `engines.native` (its cache) are imported.
"""
