# RFC 9293, Figure 7 as drawn: simultaneous connection synchronization. No run: line 6 is not what 3.10.7.4 says
set isn_a=100 isn_b=300
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>       # Line 2.
B: active OPEN => SYN-SENT, sends <SEQ=300><CTL=SYN>       # Line 3.
A: <SEQ=300><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=100><ACK=301><CTL=SYN,ACK> # Lines 3 and 5.
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK> # Lines 4 and 6.
A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends nothing # Line 6: but SEQ is RCV.NXT - 1.
B: <SEQ=100><ACK=301><CTL=SYN,ACK> arrives => ESTABLISHED, sends nothing # Line 7.
