# RFC 1337, Figure 2 without a reassembly queue: the old duplicate has to come twice to be accepted
set isn_a=559,399 isn_b=100,100 incarnations=2 octets=400
B: passive OPEN => LISTEN                                 # An earlier connection, for its old duplicate.
A: active OPEN => SYN-SENT, sends <SEQ=559><CTL=SYN>
B: <SEQ=559><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=100><ACK=560><CTL=SYN,ACK>
A: <SEQ=100><ACK=560><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=560><ACK=101><CTL=ACK>
B: <SEQ=560><ACK=101><CTL=ACK> arrives => ESTABLISHED
A: SEND 80 => ESTABLISHED, sends <SEQ=560><ACK=101><DATA=80><CTL=ACK>
B: <SEQ=560><ACK=101><DATA=80><CTL=ACK> arrives again => ESTABLISHED, sends <SEQ=101><ACK=640><CTL=ACK>
A: <SEQ=101><ACK=640><CTL=ACK> arrives => ESTABLISHED
A: ABORT => CLOSED, sends <SEQ=640><CTL=RST>              # No TIME-WAIT keeps the next one waiting.
B: <SEQ=640><CTL=RST> arrives => CLOSED
B: passive OPEN => LISTEN                                 # The connection of the figure.
A: active OPEN => SYN-SENT, sends <SEQ=399><CTL=SYN>
B: <SEQ=399><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=100><ACK=400><CTL=SYN,ACK>
A: <SEQ=100><ACK=400><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=400><ACK=101><CTL=ACK>
B: <SEQ=400><ACK=101><CTL=ACK> arrives => ESTABLISHED
A: SEND 100 => ESTABLISHED, sends <SEQ=400><ACK=101><DATA=100><CTL=ACK> # Line 1.
B: <SEQ=400><ACK=101><DATA=100><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=500><CTL=ACK>
A: <SEQ=101><ACK=500><CTL=ACK> arrives => ESTABLISHED     # Line 2.
B: <SEQ=560><ACK=101><DATA=80><CTL=ACK> arrives again => ESTABLISHED, sends <SEQ=101><ACK=500><CTL=ACK> # Line 3.
A: <SEQ=101><ACK=500><CTL=ACK> arrives => ESTABLISHED     # Line 4.
A: SEND 100 => ESTABLISHED, sends <SEQ=500><ACK=101><DATA=100><CTL=ACK> # Line 5.
B: <SEQ=500><ACK=101><DATA=100><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=600><CTL=ACK> # Not held: not 640.
A: <SEQ=101><ACK=600><CTL=ACK> arrives => ESTABLISHED
B: <SEQ=560><ACK=101><DATA=80><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=640><CTL=ACK> # Line 6: it comes again.
A: SEND 100 => ESTABLISHED, sends <SEQ=600><ACK=101><DATA=100><CTL=ACK> # Line 7a.
A: <SEQ=101><ACK=640><CTL=ACK> arrives => ESTABLISHED, sends nothing # Line 8a: the error goes undetected.
A: SEND 100 => ESTABLISHED, sends <SEQ=700><ACK=101><DATA=100><CTL=ACK> # Line 9a.
