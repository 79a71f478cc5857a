"""The connection management of RFC 9293, written once: the events of one endpoint, in the RFC's order.

`all_events` lists them all. `state` is 3.3, `segment` 3.4; `calls` is 3.10.1 to 3.10.5, `arrives` and `other_states`
are 3.10.7, `timeouts` is 3.10.8. `acknowledgments` decides for all of them whether an ACK goes out now, `cookies` are
those of RFC 4987. `event` has what they are written with: ordered checks, of which the first match counts. `cause` is
what an event is known by, and the one table of names.

An event sees its TCB, the arriving segment and the ISN on offer. It must not ask which side it is, nor what is in the
network; it works at every width of numbers. Above each rule stand a sentence and the RFC's paragraph, and `???` marks
where its text is unclear. What changes here changes verdicts. Only core and settings are imported.
"""
