# RFC 9293, 3.10.2 and 3.10.4: text and FIN on the SYN, SEND and CLOSE in SYN-RECEIVED, all wait for ESTABLISHED
set isn_a=100,200 isn_b=300,400 incarnations=2 octets=30 segment_text=10 send_on_syn=true
A: passive OPEN => LISTEN
A: CLOSE in LISTEN => CLOSED, sends nothing
A: passive OPEN => LISTEN
A: SEND in LISTEN => SYN-SENT, sends <SEQ=100><DATA=10><CTL=SYN>
B: passive OPEN => LISTEN
B: <SEQ=100><DATA=10><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK> # The text is held.
B: SEND in SYN-RECEIVED => SYN-RECEIVED, sends nothing
B: SEND in SYN-RECEIVED => SYN-RECEIVED, sends nothing
B: CLOSE => SYN-RECEIVED, sends nothing
A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=111><ACK=301><CTL=ACK>
B: <SEQ=111><ACK=301><CTL=ACK> arrives => FIN-WAIT-1, sends <SEQ=301><ACK=111><DATA=20><CTL=FIN,ACK>
A: <SEQ=301><ACK=111><DATA=20><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=111><ACK=322><CTL=ACK>
A: SEND in CLOSE-WAIT => CLOSE-WAIT, sends <SEQ=111><ACK=322><DATA=10><CTL=ACK>
B: <SEQ=111><ACK=322><DATA=10><CTL=ACK> arrives => FIN-WAIT-2, sends <SEQ=322><ACK=121><CTL=ACK>
B: <SEQ=111><ACK=322><CTL=ACK> arrives => FIN-WAIT-2, sends <SEQ=322><ACK=121><CTL=ACK> # An old one.
A: <SEQ=322><ACK=121><CTL=ACK> arrives => CLOSE-WAIT, sends nothing
A: CLOSE => LAST-ACK, sends <SEQ=121><ACK=322><CTL=FIN,ACK>
B: <SEQ=121><ACK=322><CTL=FIN,ACK> arrives => TIME-WAIT, sends <SEQ=322><ACK=122><CTL=ACK>
B: TIME-WAIT TIMEOUT => CLOSED, sends nothing
A: <SEQ=322><ACK=122><CTL=ACK> arrives => CLOSED, sends nothing
