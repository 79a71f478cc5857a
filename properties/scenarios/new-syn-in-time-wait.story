# A new SYN to TIME-WAIT, with fix F1 of RFC 1337: refused as long as TIME-WAIT lasts (rfc1337=true)
set isn_a=99,5000 isn_b=299,7000 incarnations=2
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=100><CTL=SYN,ACK>
A: <SEQ=299><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=300><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=ACK> arrives => ESTABLISHED
B: CLOSE => FIN-WAIT-1, sends <SEQ=300><ACK=100><CTL=FIN,ACK>
A: <SEQ=300><ACK=100><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=100><ACK=301><CTL=ACK>
B: <SEQ=100><ACK=301><CTL=ACK> arrives => FIN-WAIT-2, sends nothing
A: CLOSE => LAST-ACK, sends <SEQ=100><ACK=301><CTL=FIN,ACK>
B: <SEQ=100><ACK=301><CTL=FIN,ACK> arrives => TIME-WAIT, sends <SEQ=301><ACK=101><CTL=ACK>
A: <SEQ=301><ACK=101><CTL=ACK> arrives => CLOSED, sends nothing
A: active OPEN => SYN-SENT, sends <SEQ=5000><CTL=SYN>     # At once again.
B: <SEQ=5000><CTL=SYN> arrives => TIME-WAIT, sends <SEQ=301><ACK=101><CTL=ACK>
A: <SEQ=301><ACK=101><CTL=ACK> arrives => SYN-SENT, sends <SEQ=101><CTL=RST>
B: <SEQ=101><CTL=RST> arrives => TIME-WAIT, sends nothing # F1. Otherwise this reset would end TIME-WAIT.
A: RETRANSMISSION => SYN-SENT, sends <SEQ=5000><CTL=SYN>
B: <SEQ=5000><CTL=SYN> arrives => TIME-WAIT, sends <SEQ=301><ACK=101><CTL=ACK>
A: <SEQ=301><ACK=101><CTL=ACK> arrives => SYN-SENT, sends <SEQ=101><CTL=RST>
B: <SEQ=101><CTL=RST> arrives => TIME-WAIT, sends nothing # And so on.
A: USER TIMEOUT => CLOSED, sends nothing                  # At least 3 minutes (MUST-23); TIME-WAIT takes 4.
B: TIME-WAIT TIMEOUT => CLOSED
