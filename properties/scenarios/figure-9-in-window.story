# RFC 9293, Figure 9, where the new SYN lies in the half-open side's window, as RFC 793 handles it (syn=rfc793)
set isn_a=99,400 isn_b=299,500 incarnations=2
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=100><CTL=SYN,ACK>
A: <SEQ=299><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=300><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=ACK> arrives => ESTABLISHED
A: crash => CLOSED                                        # Line 1, (REBOOT): B has send 300, receive 100.
A: active OPEN => SYN-SENT, sends <SEQ=400><CTL=SYN>
B: <SEQ=400><CTL=SYN> arrives => CLOSED, sends <SEQ=0><ACK=401><CTL=RST,ACK>
A: <SEQ=0><ACK=401><CTL=RST,ACK> arrives => CLOSED        # Refused: the user has to open once more.
