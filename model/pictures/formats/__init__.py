"""Runs in the formats of other tools.

`packets` turns a run's segments into packets with 32-bit numbers and moments of a clock; `pcap` writes them as a
capture, for Wireshark; `packetdrill` writes the run as scripts that test a real implementation, one for each side;
`itf` writes the states, in the format that Apalache has for TLA+; `mermaid` writes a sequence diagram for Markdown.

What a format cannot say stands in a comment, if the format has comments. Tests read captures back and find that the
model explains them. Core and `pictures` are imported.
"""
