# RFC 9293, Figure 8, where the new SYN overtakes the reset and lies in the old SYN's window
set isn_a=90,100 isn_b=300,400 incarnations=2
A: active OPEN => SYN-SENT, sends <SEQ=90><CTL=SYN>      # The old SYN: it will be delayed.
A: CLOSE => CLOSED, sends nothing
B: passive OPEN => LISTEN
A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
B: <SEQ=90><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=91><CTL=SYN,ACK>
B: <SEQ=100><CTL=SYN> arrives => LISTEN, sends nothing    # 3.10.7.4, fourth: the new SYN is used up, silently.
A: <SEQ=300><ACK=91><CTL=SYN,ACK> arrives => SYN-SENT, sends <SEQ=91><CTL=RST>
B: <SEQ=91><CTL=RST> arrives => LISTEN, sends nothing
A: RETRANSMISSION => SYN-SENT, sends <SEQ=100><CTL=SYN>   # Without this nothing would happen any more.
B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=400><ACK=101><CTL=SYN,ACK>
A: <SEQ=400><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=401><CTL=ACK>
B: <SEQ=101><ACK=401><CTL=ACK> arrives => ESTABLISHED, sends nothing
