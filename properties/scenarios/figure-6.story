# RFC 9293, Figure 6: basic three-way handshake for connection synchronization
set isn_a=100 isn_b=300 octets=1
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK>
A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=301><CTL=ACK>
B: <SEQ=101><ACK=301><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: SEND => ESTABLISHED, sends <SEQ=101><ACK=301><DATA=1><CTL=ACK>
B: <SEQ=101><ACK=301><DATA=1><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=301><ACK=102><CTL=ACK>
