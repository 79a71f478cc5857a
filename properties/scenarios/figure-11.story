# RFC 9293, Figure 11: old duplicate SYN initiates a reset on two passive sockets
set isn_a=100 isn_b=300                                   # Z = 100, X = 300.
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>       # The old SYN: it will be delayed.
A: CLOSE => CLOSED
A: passive OPEN => LISTEN
B: passive OPEN => LISTEN
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK>
A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => LISTEN, sends <SEQ=101><CTL=RST>
B: <SEQ=101><CTL=RST> arrives => LISTEN, sends nothing     # (return to LISTEN!)
