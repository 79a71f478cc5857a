# RFC 1337, hazard H3 (Figure 4): an old duplicate ACK makes SYN-SENT reset the connection that is opening (rst=rfc793)
set isn_a=112,100 isn_b=299,400 incarnations=2 octets=10 segment_text=10
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=112><CTL=SYN>
B: <SEQ=112><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=113><CTL=SYN,ACK>
A: <SEQ=299><ACK=113><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=113><ACK=300><CTL=ACK>
B: <SEQ=113><ACK=300><CTL=ACK> arrives => ESTABLISHED
A: SEND => ESTABLISHED, sends <SEQ=113><ACK=300><DATA=10><CTL=ACK>
B: <SEQ=113><ACK=300><DATA=10><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=300><ACK=123><CTL=ACK> # It will be delayed.
A: ABORT => CLOSED, sends <SEQ=123><CTL=RST>
B: <SEQ=123><CTL=RST> arrives => CLOSED, sends nothing
B: passive OPEN => LISTEN                                 # Line 1 of the figure.
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=400><ACK=101><CTL=SYN,ACK>
A: <SEQ=300><ACK=123><CTL=ACK> arrives => SYN-SENT, sends <SEQ=123><CTL=RST> # Line 4, the old duplicate.
B: <SEQ=123><CTL=RST> arrives => LISTEN, sends nothing    # In the window, not at RCV.NXT.
A: <SEQ=400><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=401><CTL=ACK>
B: <SEQ=101><ACK=401><CTL=ACK> arrives => LISTEN, sends <SEQ=401><CTL=RST>
A: <SEQ=401><CTL=RST> arrives => CLOSED, sends nothing
