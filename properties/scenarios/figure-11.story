# RFC 9293, Figure 11: old duplicate SYN initiates a reset on two passive sockets
set isn_a=70 isn_b=30                                     # Z = 70, X = 30.
A: active OPEN => SYN-SENT, sends <SEQ=70><CTL=SYN>       # The old SYN: it will be delayed.
A: CLOSE => CLOSED
A: passive OPEN => LISTEN
B: passive OPEN => LISTEN
B: <SEQ=70><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=30><ACK=71><CTL=SYN,ACK>
A: <SEQ=30><ACK=71><CTL=SYN,ACK> arrives => LISTEN, sends <SEQ=71><CTL=RST>
B: <SEQ=71><CTL=RST> arrives => LISTEN, sends nothing     # (return to LISTEN!)
