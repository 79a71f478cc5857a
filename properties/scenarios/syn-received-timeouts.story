# RFC 9293, 3.8.3: the SYN,ACK is given up; a passive OPEN returns to LISTEN, an active one does not
set isn_a=100,200 isn_b=300,400 incarnations=2 gives_up_syn=both
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK>
B: SYN-RECEIVED TIMEOUT => LISTEN, sends nothing
B: active OPEN in LISTEN => SYN-SENT, sends <SEQ=400><CTL=SYN>
A: <SEQ=400><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=100><ACK=401><CTL=SYN,ACK>
A: SYN-RECEIVED TIMEOUT => CLOSED, sends nothing
