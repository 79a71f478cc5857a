# RFC 1337, hazards H1 and H2: TIME-WAIT is assassinated, and old data gets into the next connection
set isn_a=99,99 isn_b=299,400 incarnations=2 octets=100 segment_text=100
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=100><CTL=SYN,ACK>
A: <SEQ=299><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=300><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=ACK> arrives => ESTABLISHED
A: SEND => ESTABLISHED, sends <SEQ=100><ACK=300><DATA=100><CTL=ACK>
B: <SEQ=100><ACK=300><DATA=100><CTL=ACK> arrives again => ESTABLISHED, sends <SEQ=300><ACK=200><CTL=ACK>
A: <SEQ=300><ACK=200><CTL=ACK> arrives again => ESTABLISHED # A duplicate of each stays in the network.
A: CLOSE => FIN-WAIT-1, sends <SEQ=200><ACK=300><CTL=FIN,ACK>
B: <SEQ=200><ACK=300><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=300><ACK=201><CTL=ACK>
A: <SEQ=300><ACK=201><CTL=ACK> arrives => FIN-WAIT-2, sends nothing
B: CLOSE => LAST-ACK, sends <SEQ=300><ACK=201><CTL=FIN,ACK>
A: <SEQ=300><ACK=201><CTL=FIN,ACK> arrives => TIME-WAIT, sends <SEQ=201><ACK=301><CTL=ACK>
B: <SEQ=201><ACK=301><CTL=ACK> arrives => CLOSED, sends nothing
A: <SEQ=300><ACK=200><CTL=ACK> arrives => TIME-WAIT, sends <SEQ=201><ACK=301><CTL=ACK> # RFC 1337, Figure 1, line 5.1
B: <SEQ=201><ACK=301><CTL=ACK> arrives => CLOSED, sends <SEQ=301><CTL=RST>
A: <SEQ=301><CTL=RST> arrives => CLOSED, sends nothing    # Prematurely; the RST is at RCV.NXT.
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>       # The numbers have come round.
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=400><ACK=100><CTL=SYN,ACK>
A: <SEQ=400><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=401><CTL=ACK>
B: <SEQ=100><ACK=401><CTL=ACK> arrives => ESTABLISHED
B: <SEQ=100><ACK=300><DATA=100><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=401><ACK=200><CTL=ACK> # H1: old data taken.
A: <SEQ=401><ACK=200><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=401><CTL=ACK> # Never sent that. H2:
B: <SEQ=100><ACK=401><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=401><ACK=200><CTL=ACK>
A: <SEQ=401><ACK=200><CTL=ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=401><CTL=ACK> # And so on for ever.
