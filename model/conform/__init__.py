"""Is the model TCP? Its events run concretely, at 32 bits and with real windows, against what real stacks did.

`interpreter` runs one endpoint; `stacks` are the profiles: what real stacks do besides or instead of RFC 9293; `cases`
are recorded replies of one endpoint, which must be given exactly; `capture` reads packet captures, `judge` finds the
runs of one endpoint that explain what it sent, and `wire` judges both ends of a capture made between them.
"""
