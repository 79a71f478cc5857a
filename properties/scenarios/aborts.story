# RFC 9293, 3.10.5: ABORT in every state; the peer is told where it may not know
set isn_a=100,200,300,400,500 isn_b=5100,5200,5300,5400,5500 incarnations=5
A: passive OPEN => LISTEN
A: ABORT in LISTEN => CLOSED, sends nothing

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5100><ACK=101><CTL=SYN,ACK>
A: ABORT in SYN-SENT => CLOSED, sends nothing
B: ABORT in SYN-RECEIVED => CLOSED, sends <SEQ=5101><CTL=RST>
network loses <SEQ=5100><ACK=101><CTL=SYN,ACK>
network loses <SEQ=5101><CTL=RST>

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=200><CTL=SYN>
B: <SEQ=200><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5200><ACK=201><CTL=SYN,ACK>
A: <SEQ=5200><ACK=201><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=201><ACK=5201><CTL=ACK>
B: <SEQ=201><ACK=5201><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: ABORT in ESTABLISHED => CLOSED, sends <SEQ=201><CTL=RST>
B: ABORT in ESTABLISHED => CLOSED, sends <SEQ=5201><CTL=RST>
network loses <SEQ=201><CTL=RST>
network loses <SEQ=5201><CTL=RST>

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=300><CTL=SYN>
B: <SEQ=300><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5300><ACK=301><CTL=SYN,ACK>
A: <SEQ=5300><ACK=301><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=301><ACK=5301><CTL=ACK>
B: <SEQ=301><ACK=5301><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: CLOSE => FIN-WAIT-1, sends <SEQ=301><ACK=5301><CTL=FIN,ACK>
B: <SEQ=301><ACK=5301><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=5301><ACK=302><CTL=ACK>
A: ABORT in FIN-WAIT-1 => CLOSED, sends <SEQ=302><CTL=RST>
B: ABORT in CLOSE-WAIT => CLOSED, sends <SEQ=5301><CTL=RST>
network loses <SEQ=5301><ACK=302><CTL=ACK>
network loses <SEQ=302><CTL=RST>
network loses <SEQ=5301><CTL=RST>

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=400><CTL=SYN>
B: <SEQ=400><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5400><ACK=401><CTL=SYN,ACK>
A: <SEQ=5400><ACK=401><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=401><ACK=5401><CTL=ACK>
B: <SEQ=401><ACK=5401><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: CLOSE => FIN-WAIT-1, sends <SEQ=401><ACK=5401><CTL=FIN,ACK>
B: <SEQ=401><ACK=5401><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=5401><ACK=402><CTL=ACK>
A: <SEQ=5401><ACK=402><CTL=ACK> arrives => FIN-WAIT-2
B: CLOSE => LAST-ACK, sends <SEQ=5401><ACK=402><CTL=FIN,ACK>
B: ABORT in LAST-ACK => CLOSED, sends nothing
A: ABORT in FIN-WAIT-2 => CLOSED, sends <SEQ=402><CTL=RST>
network loses <SEQ=5401><ACK=402><CTL=FIN,ACK>
network loses <SEQ=402><CTL=RST>

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=500><CTL=SYN>
B: <SEQ=500><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5500><ACK=501><CTL=SYN,ACK>
A: <SEQ=5500><ACK=501><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=501><ACK=5501><CTL=ACK>
B: <SEQ=501><ACK=5501><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: CLOSE => FIN-WAIT-1, sends <SEQ=501><ACK=5501><CTL=FIN,ACK>
B: CLOSE => FIN-WAIT-1, sends <SEQ=5501><ACK=501><CTL=FIN,ACK>
A: <SEQ=5501><ACK=501><CTL=FIN,ACK> arrives => CLOSING, sends <SEQ=502><ACK=5502><CTL=ACK>
B: <SEQ=501><ACK=5501><CTL=FIN,ACK> arrives => CLOSING, sends <SEQ=5502><ACK=502><CTL=ACK>
A: ABORT in CLOSING => CLOSED, sends nothing
B: <SEQ=502><ACK=5502><CTL=ACK> arrives => TIME-WAIT
B: ABORT in TIME-WAIT => CLOSED, sends nothing
