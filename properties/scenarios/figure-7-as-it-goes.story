# Simultaneous open: as the rules of 3.10.7 have it (Figure 7 draws it without the two bare ACKs)
set isn_a=100 isn_b=300
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>       # Line 2.
B: active OPEN => SYN-SENT, sends <SEQ=300><CTL=SYN>       # Line 3.
A: <SEQ=300><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=100><ACK=301><CTL=SYN,ACK> # Lines 3 and 5.
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK> # Lines 4 and 6.
A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => SYN-RECEIVED, sends <SEQ=101><ACK=301><CTL=ACK> # Line 6: left of the window.
B: <SEQ=100><ACK=301><CTL=SYN,ACK> arrives => SYN-RECEIVED, sends <SEQ=301><ACK=101><CTL=ACK> # Line 7, likewise.
B: <SEQ=101><ACK=301><CTL=ACK> arrives => ESTABLISHED, sends nothing # Not in the figure, nor is the next.
A: <SEQ=301><ACK=101><CTL=ACK> arrives => ESTABLISHED, sends nothing
