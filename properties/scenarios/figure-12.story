# RFC 9293, Figure 12: normal close sequence
set isn_a=99 isn_b=299
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=100><CTL=SYN,ACK>
A: <SEQ=299><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=300><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=ACK> arrives => ESTABLISHED
A: CLOSE => FIN-WAIT-1, sends <SEQ=100><ACK=300><CTL=FIN,ACK>
B: <SEQ=100><ACK=300><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=300><ACK=101><CTL=ACK>
A: <SEQ=300><ACK=101><CTL=ACK> arrives => FIN-WAIT-2, sends nothing
B: CLOSE => LAST-ACK, sends <SEQ=300><ACK=101><CTL=FIN,ACK>
A: <SEQ=300><ACK=101><CTL=FIN,ACK> arrives => TIME-WAIT, sends <SEQ=101><ACK=301><CTL=ACK>
B: <SEQ=101><ACK=301><CTL=ACK> arrives => CLOSED, sends nothing
A: TIME-WAIT TIMEOUT => CLOSED                            # (2 MSL)
