"""Who knows what, over the stored states of a whole explicit search.

`knowledge` searches and answers: a fact is computed at all states in native code, a side's local states are numbered by
`grouping`, and a side knows what no state of its group refutes; common knowledge joins the groups of several sides.
`twin` is the same by dictionaries over unpacked states, the definition that tests compare with.

Only a complete search says who knows what; anything less is *unknown*. The search keeps every variable of the sides'
local states and of the facts: they are roots of the cone of influence. Core, `engines.explicit`, `engines.native` and
`engines.infinite` (values of terms) are imported.
"""
