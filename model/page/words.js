// What the page says, in English and in Chinese. Names of events stay those of the RFC.

/** Data from text in base 64, compressed. */
function unpacked(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(fzstd.decompress(bytes)));
}

const CONTENT = unpacked(CONTENT_PACKED);

const CHINESE = {
  "Why three segments, and not two?": "为什么要三个报文段，而不是两个？",
  "The run begins; step through it with ▶ or the arrow key.": "运行从头开始；用 ▶ 或方向键逐步前进。",
  "The same schedule under it: {count} steps.": "同样的时间安排在它之下：{count} 步。",
  "Of the same schedule {count} steps are possible under it.": "同样的时间安排在它之下只能走 {count} 步。",
  "The protocol is another one now.": "现在换了一种协议。",
  "The start.": "起点。",
  "Step {number}. {event}. {states}.": "第 {number} 步。{event}。{states}。",
  "From here on it goes round for ever.": "从这里起永远循环下去。",
  "It has happened:": "已经发生：",
  "Run TCP by hand. Each button is a rule of the model checker, made from RFC 9293; whatever it allows can be tried here. Or begin with a run that the checker has found.":
    "亲手运行 TCP。每个按钮都是模型检查器的一条规则，依 RFC 9293 写成；凡是它允许的，这里都可以试。也可以从检查器找到的一次运行开始。",
  "Limits: {settings}. A segment that finds no room in the network is lost.": "界限：{settings}。网络中放不下的报文段会丢失。",
  "The address of this page has the whole run: copy it to show the run to others who have this file. Arrow keys go back and forth, Home and End to the ends.":
    "本页的地址包含整个运行：复制它，就能让有这个文件的人看到同一个运行。方向键前后移动，Home 和 End 到两端。",
  ", with {variant}: {length}": "，{variant}：{length}",
  "What this check has found, and where a run may begin": "这次检查的结果，以及可以从哪里开始",
  "What the explainer says": "讲解怎么说",
  "What is true": "事实如何",
  "What the explainer leaves out, or has wrong": "讲解没有说到或说错的",
  "How sure is that": "有多可靠",
  "Runs to look at": "可以看的运行",
  "No run of it was made in this check.": "这次检查没有它的运行。",
  "Further runs: figures of the RFC, and claims beyond the explainer": "其他运行：RFC 的图，以及讲解之外的命题",
  "The protocol": "协议",
  "By hand": "亲手操作",
  "opening": "打开连接",
  "whole connection": "整个连接",
  "32 bits": "32 位",
  "The run": "运行",
  "Start": "起点",
  "Undo": "后退",
  "Pause": "暂停",
  "Play": "播放",
  "Redo": "前进",
  "End": "终点",
  "step {at} of {count}": "第 {at} 步，共 {count} 步",
  "Save the run as": "把运行存为",
  "Save:": "保存：",
  "A scenario file, for --scenario": "场景文件，供 --scenario 使用",
  "No scenario tells runs of a timed network, of a server, or from an open connection": "带时间的网络、服务器、或从已打开的连接开始的运行，没有场景能讲述",
  "scenario": "场景",
  "Nothing stands beside it: {why}.": "旁边没有另一个运行：{why}。",
  "Beside it: the same schedule under the other protocol": "并排：另一种协议下同样的时间安排",
  "Deliver": "送达",
  "Deliver a copy": "送达一个副本",
  "Lose": "丢失",
  "What can happen now": "现在可能发生的事",
  "What cannot happen now, and why": "现在不可能发生的事，以及为什么",
  "here:": "此处：",
  "of {segment}": "（{segment}）",
  "It is false that": "不成立：",
  "The network, and time": "网络与时间",
  "The segment was accepted: {check} ({cite}).": "报文段被接受：{check}（{cite}）。",
  "The segment changed nothing and was answered: {check} ({cite}).": "报文段没有改变什么，但得到了应答：{check}（{cite}）。",
  "The segment came through all checks, and there was nothing to do: {check} ({cite}).": "报文段通过了所有检查，但没有什么可做：{check}（{cite}）。",
  "The segment was dropped by the check “{check}” ({cite}).": "报文段被检查“{check}”丢弃（{cite}）。",
  "Segments under way": "在途的报文段",
  "from {source} to {target}": "从 {source} 到 {target}",
  "none": "无",
  "{side}: calls and timeouts": "{side}：调用和超时",
  "Time": "时间",
  "The ladder, which scrolls": "可滚动的时序图",
  "Drag the end of a segment that is under way to the other side to deliver it (with Shift: a copy), or out of the lines to lose it.":
    "把在途报文段的末端拖到另一边即可送达（按住 Shift：送达副本）；拖到别处则丢失。",
  "Steps; each button jumps to the state after it": "步骤；每个按钮跳到它之后的状态",
  "the start": "起点",
  "✓ true": "✓ 成立",
  "✗ FALSE": "✗ 不成立",
  "✓ has not happened:": "✓ 没有发生：",
  "✗ HAS HAPPENED:": "✗ 已经发生：",
  "who knows what": "谁知道什么",
  "Who knows what": "谁知道什么",
  "A side knows what holds in every state that looks the same to it: the same state, TCB and timers. So all states have to be looked at first.":
    "一方知道的，是在它看来相同的每个状态（状态、TCB 和定时器都相同）中都成立的事。所以要先看遍所有状态。",
  "{side} knows that {what}": "{side} 知道{what}",
  "{sides} commonly know that {what}": "{sides} 共同知道{what}",
  "a SYN of it was accepted": "它的一个 SYN 被接受过",
  "Look at all states": "看遍所有状态",
  "{states} states so far": "目前 {states} 个状态",
  "since step {step}": "自第 {step} 步起",
  "What must be true": "必须成立的",
  "Of this run no property of states is asked: it is a figure, an infinite run, or about knowledge.": "这个运行不涉及状态的性质：它是一幅图、一个无穷的运行，或是关于知识的。",
  "Find a run from here": "从这里找一个运行",
  "Find a violation from here": "从这里找一个反例",
  "The search is stopped; nothing is known.": "搜索已停止；什么也不知道。",
  "Stop the search": "停止搜索",
  "The TCBs": "各方的 TCB",
  "was {was}": "原为 {was}",
  "Marked with • is": "带 • 的",
  "what the last step changed, with the old value after it. What no endpoint knows is in italics: the model keeps it only to judge.":
    "是上一步改变的，后面是旧值。斜体的内容没有哪一方知道：模型保留它只为了判断。",
  "The same schedule under the other protocol": "另一种协议下同样的时间安排",
  "Two ladders, which scroll": "两幅可滚动的时序图",
  "{states} states, {transitions} transitions, {seconds} s": "{states} 个状态，{transitions} 次转移，{seconds} 秒",
  "{name}: {far}, depth {depth}, {megabytes} MB": "{name}：{far}，深度 {depth}，{megabytes} MB",
  "The search has failed: {why}": "搜索失败：{why}",
  "{name}: the search begins": "{name}：搜索开始",
  "{name} cannot be reached from here ({far}).": "从这里到不了 {name}（{far}）。",
  "{name} holds in every state that can follow ({far}): from here no run violates it.": "{name} 在后续的每个状态都成立（{far}）：从这里起没有违反它的运行。",
  "{name} is reached here already.": "{name} 在这里已经达到。",
  "{name} is false here already.": "{name} 在这里已经不成立。",
  "{name} is reached after {count} more steps, and no run is shorter ({far}).": "再走 {count} 步就达到 {name}，没有更短的运行（{far}）。",
  "{name} is violated after {count} more steps, and no run is shorter ({far}).": "再走 {count} 步就违反 {name}，没有更短的运行（{far}）。",
  "Play shows them.": "按“播放”可以看到它们。",
  "The run as a ladder: the list of steps has the same in words": "时序图形式的运行：步骤列表用文字说同样的内容",
  "from here on, for ever:": "从这里起，永远如此：",
  "That is not possible here.": "在这里不可能。",
  "The segment stays where it is.": "报文段留在原处。",
  "state": "状态",
  "opened passively": "被动打开",
  "CLOSE is queued": "CLOSE 在排队",
  "octets queued": "排队的字节",
  "octets of the SYN": "SYN 所带的字节",
  "FIN of the SYN": "SYN 所带的 FIN",
  "an ACK is held back": "一个 ACK 被推迟",
  "incarnation": "第几次连接",
  "believes in incarnation": "认为对方是第几次连接",
  "whose SYN was accepted": "谁接受过它的 SYN",
  "skipped": "跳过",
  "inserted": "插入",
  "continued": "继续",
  "differs": "不同",
  "yes": "是",
  "no": "否",
  "The address names no run.": "地址没有指明运行。",
  "The address is of another version of this page; its run may differ.": "地址属于本页的另一个版本；运行可能不同。",
  "A step of the address is not possible; the run ends before it.": "地址中的一步不可能；运行在它之前结束。",
};
let language = CONTENT.language;

/** A text in the reader's language; what stands in braces is put in. */
function t(text, words = {}) {
  const said = (language === "zh" && CHINESE[text]) || text;
  return said.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

/** Of something that was said in several languages the reader's one. */
const told = (texts) => texts[language] ?? texts.en;

/** What a part of a property is called. */
const partName = (name) => (language === "zh" && CONTENT.parts[name]) || name;
