# RFC 9293, Figure 10: active side causes half-open connection discovery
set isn_a=99 isn_b=299 window=100 octets=10 segment_text=10
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=100><CTL=SYN,ACK>
A: <SEQ=299><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=300><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=ACK> arrives => ESTABLISHED
A: crash => CLOSED                                        # Line 1, (REBOOT): B has send 300, receive 100.
B: SEND => ESTABLISHED, sends <SEQ=300><ACK=100><DATA=10><CTL=ACK>
A: <SEQ=300><ACK=100><DATA=10><CTL=ACK> arrives => CLOSED, sends <SEQ=100><CTL=RST>
B: <SEQ=100><CTL=RST> arrives => CLOSED, sends nothing    # (ABORT!!)
