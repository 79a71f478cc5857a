# RFC 1337, Figure 1: TIME-WAIT assassination
set isn_a=32,99 isn_b=254,299 incarnations=2
B: passive OPEN => LISTEN                                 # An earlier connection, for its old duplicate.
A: active OPEN => SYN-SENT, sends <SEQ=32><CTL=SYN>
B: <SEQ=32><CTL=SYN> arrives again => SYN-RECEIVED, sends <SEQ=254><ACK=33><CTL=SYN,ACK>
A: <SEQ=254><ACK=33><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=33><ACK=255><CTL=ACK>
B: <SEQ=33><ACK=255><CTL=ACK> arrives => ESTABLISHED
B: <SEQ=32><CTL=SYN> arrives => ESTABLISHED, sends <SEQ=255><ACK=33><CTL=ACK> # It will be delayed.
A: ABORT => CLOSED, sends <SEQ=33><CTL=RST>
B: <SEQ=33><CTL=RST> arrives => CLOSED
B: passive OPEN => LISTEN                                 # The connection of the figure.
A: active OPEN => SYN-SENT, sends <SEQ=99><CTL=SYN>
B: <SEQ=99><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=299><ACK=100><CTL=SYN,ACK>
A: <SEQ=299><ACK=100><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=100><ACK=300><CTL=ACK>
B: <SEQ=100><ACK=300><CTL=ACK> arrives => ESTABLISHED     # Line 1.
A: CLOSE => FIN-WAIT-1, sends <SEQ=100><ACK=300><CTL=FIN,ACK> # Line 2.
B: <SEQ=100><ACK=300><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=300><ACK=101><CTL=ACK>
A: <SEQ=300><ACK=101><CTL=ACK> arrives => FIN-WAIT-2      # Line 3.
B: CLOSE => LAST-ACK, sends <SEQ=300><ACK=101><CTL=FIN,ACK>
A: <SEQ=300><ACK=101><CTL=FIN,ACK> arrives => TIME-WAIT, sends <SEQ=101><ACK=301><CTL=ACK> # Line 4.
B: <SEQ=101><ACK=301><CTL=ACK> arrives => CLOSED          # Line 5.
A: <SEQ=255><ACK=33><CTL=ACK> arrives => TIME-WAIT, sends <SEQ=101><ACK=301><CTL=ACK> # Line 5.1.
B: <SEQ=101><ACK=301><CTL=ACK> arrives => CLOSED, sends <SEQ=301><CTL=RST> # Line 5.2.
A: <SEQ=301><CTL=RST> arrives => CLOSED, sends nothing    # Line 5.3, prematurely.
