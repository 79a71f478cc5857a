# RFC 9293, 3.10.8: USER TIMEOUT in every state in which something is expected; nobody is told
set isn_a=100,200,300,400,500 isn_b=5100,5200,5300,5400,5500 incarnations=5
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5100><ACK=101><CTL=SYN,ACK>
A: USER TIMEOUT in SYN-SENT => CLOSED, sends nothing
B: USER TIMEOUT in SYN-RECEIVED => CLOSED, sends nothing
network loses <SEQ=5100><ACK=101><CTL=SYN,ACK>

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=200><CTL=SYN>
B: <SEQ=200><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5200><ACK=201><CTL=SYN,ACK>
A: <SEQ=5200><ACK=201><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=201><ACK=5201><CTL=ACK>
B: <SEQ=201><ACK=5201><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: USER TIMEOUT in ESTABLISHED => CLOSED, sends nothing
B: USER TIMEOUT in ESTABLISHED => CLOSED, sends nothing

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=300><CTL=SYN>
B: <SEQ=300><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5300><ACK=301><CTL=SYN,ACK>
A: <SEQ=5300><ACK=301><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=301><ACK=5301><CTL=ACK>
B: <SEQ=301><ACK=5301><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: CLOSE => FIN-WAIT-1, sends <SEQ=301><ACK=5301><CTL=FIN,ACK>
B: <SEQ=301><ACK=5301><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=5301><ACK=302><CTL=ACK>
A: USER TIMEOUT in FIN-WAIT-1 => CLOSED, sends nothing
B: USER TIMEOUT in CLOSE-WAIT => CLOSED, sends nothing
network loses <SEQ=5301><ACK=302><CTL=ACK>

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=400><CTL=SYN>
B: <SEQ=400><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5400><ACK=401><CTL=SYN,ACK>
A: <SEQ=5400><ACK=401><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=401><ACK=5401><CTL=ACK>
B: <SEQ=401><ACK=5401><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: CLOSE => FIN-WAIT-1, sends <SEQ=401><ACK=5401><CTL=FIN,ACK>
B: <SEQ=401><ACK=5401><CTL=FIN,ACK> arrives => CLOSE-WAIT, sends <SEQ=5401><ACK=402><CTL=ACK>
A: <SEQ=5401><ACK=402><CTL=ACK> arrives => FIN-WAIT-2
B: CLOSE => LAST-ACK, sends <SEQ=5401><ACK=402><CTL=FIN,ACK>
B: USER TIMEOUT in LAST-ACK => CLOSED, sends nothing
A: USER TIMEOUT in FIN-WAIT-2 => CLOSED, sends nothing
network loses <SEQ=5401><ACK=402><CTL=FIN,ACK>

B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=500><CTL=SYN>
B: <SEQ=500><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=5500><ACK=501><CTL=SYN,ACK>
A: <SEQ=5500><ACK=501><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=501><ACK=5501><CTL=ACK>
B: <SEQ=501><ACK=5501><CTL=ACK> arrives => ESTABLISHED, sends nothing
A: CLOSE => FIN-WAIT-1, sends <SEQ=501><ACK=5501><CTL=FIN,ACK>
B: CLOSE => FIN-WAIT-1, sends <SEQ=5501><ACK=501><CTL=FIN,ACK>
A: <SEQ=5501><ACK=501><CTL=FIN,ACK> arrives => CLOSING, sends <SEQ=502><ACK=5502><CTL=ACK>
B: <SEQ=501><ACK=5501><CTL=FIN,ACK> arrives => CLOSING, sends <SEQ=5502><ACK=502><CTL=ACK>
A: USER TIMEOUT in CLOSING => CLOSED, sends nothing
B: USER TIMEOUT in CLOSING => CLOSED, sends nothing
