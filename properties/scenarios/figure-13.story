# RFC 9293, Figure 13: simultaneous close sequence
set isn_a=99 isn_b=299
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=100><CTL=SYN,ACK>
A: <SEQ=299><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=300><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=ACK> arrives => ESTABLISHED
A: CLOSE => FIN-WAIT-1, sends <SEQ=100><ACK=300><CTL=FIN,ACK>
B: CLOSE => FIN-WAIT-1, sends <SEQ=300><ACK=100><CTL=FIN,ACK>
A: <SEQ=300><ACK=100><CTL=FIN,ACK> arrives => CLOSING, sends <SEQ=101><ACK=301><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=FIN,ACK> arrives => CLOSING, sends <SEQ=301><ACK=101><CTL=ACK>
A: <SEQ=301><ACK=101><CTL=ACK> arrives => TIME-WAIT, sends nothing
B: <SEQ=101><ACK=301><CTL=ACK> arrives => TIME-WAIT, sends nothing
A: TIME-WAIT TIMEOUT => CLOSED
B: TIME-WAIT TIMEOUT => CLOSED
