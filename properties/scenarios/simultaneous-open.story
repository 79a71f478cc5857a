# Simultaneous open: as the rules of 3.10.7 have it (Figure 7 draws it without the two bare ACKs)
set isn_a=100 isn_b=300
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
B: active OPEN => SYN-SENT, sends <SEQ=300><CTL=SYN>
A: <SEQ=300><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=100><ACK=301><CTL=SYN,ACK>
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK>
B: <SEQ=100><ACK=301><CTL=SYN,ACK> arrives => SYN-RECEIVED, sends <SEQ=301><ACK=101><CTL=ACK>
A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => SYN-RECEIVED, sends <SEQ=101><ACK=301><CTL=ACK>
A: <SEQ=301><ACK=101><CTL=ACK> arrives => ESTABLISHED, sends nothing
B: <SEQ=101><ACK=301><CTL=ACK> arrives => ESTABLISHED, sends nothing
