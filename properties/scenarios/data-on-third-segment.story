# Data on the third segment: a SEND waits in SYN-SENT, its text opens the server and is delivered
set isn_a=100 isn_b=300 octets=10 segment_text=10
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
A: SEND => SYN-SENT, sends nothing                        # Queued: the first segment carries nothing.
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK>
A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=301><DATA=10><CTL=ACK>
B: <SEQ=101><ACK=301><DATA=10><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=301><ACK=111><CTL=ACK>
A: <SEQ=301><ACK=111><CTL=ACK> arrives => ESTABLISHED, sends nothing
