// The page: it shows a run and takes clicks, drags and keys. What a run is stands in run.js, where it begins in models.js.

const { html, render } = htmPreact;
const NAMES = {
  state: "state", ...TCB_NAMES,
  incarnation: "incarnation", peer: "believes in incarnation", heard: "whose SYN was accepted", accepted: "a SYN of it was accepted",
};
const OWN = { snd_una: true, snd_nxt: true, iss: true, rcv_nxt: false, irs: false };
const NO_TCB = ["CLOSED", "LISTEN"];
const LINE = 50; // Pixels between two steps of the ladder.
const $ = (id) => document.getElementById(id);

// -- what changes the run --

/** Show what there is now, and put it into the address. */
function show(said = now.said) {
  const key = document.activeElement?.dataset?.key;
  now.said = said;
  document.documentElement.lang = language;
  document.title = t("Why three segments, and not two?");
  render(html`<${Page} />`, $("page"));
  history.replaceState(null, "", `#${address(now)}${language === CONTENT.language ? "" : `/${language}`}`);
  for (const list of document.querySelectorAll("[data-scroll]")) {
    const shown = list.querySelector("[aria-current], .here");
    if (!shown) continue;
    const [box, part] = [list.getBoundingClientRect(), shown.getBoundingClientRect()];
    if (part.top < box.top || part.bottom > box.bottom) list.scrollTop += part.top - box.top - box.height / 2;
  }
  const lost = key && !document.activeElement?.dataset?.key;
  if (lost) (document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`) ?? $("events-title")).focus({ preventScroll: true });
}

function stop() {
  clearInterval(now.timer);
  now.search?.worker.terminate();
  Object.assign(now, { timer: null, search: null });
}

function jump(to) {
  if (to < 0 || to > now.run.length) return;
  now.at = to;
  show(toldOf(to));
}

function take(step) {
  stop();
  now.run = [...now.run.slice(0, now.at), step];
  now.at++;
  now.from = 0;
  show(toldOf(now.at));
}

function play() {
  if (now.timer) {
    stop();
    return show();
  }
  if (now.at === now.run.length) now.at = now.from;
  now.timer = setInterval(() => {
    if (now.at < now.run.length) jump(now.at + 1);
    if (now.at >= now.run.length) {
      stop();
      show();
    }
  }, 1100);
  show(toldOf(now.at));
}

/** Begin a recorded run, or a playground by hand. */
function begin(place) {
  stop();
  enter({ place, run: place.steps ? recorded(place) : [], at: 0 });
  show(place.steps ? t("The run begins; step through it with ▶ or the arrow key.") : toldOf(0));
  $("bar").scrollIntoView({ block: place.steps ? "start" : "nearest" });
}

/** Another protocol, and the same schedule as far as it goes. */
function choose(name) {
  const [before, begun, run] = [model, first, now.run];
  const place = PLACES[name];
  const next = again(before, begun, run, modelNamed(place.model), firstState(place));
  stop();
  enter({ place, run: next, at: Math.min(now.at, next.length) });
  const same = next.length === run.length ? t("The same schedule under it: {count} steps.", { count: run.length })
    : t("Of the same schedule {count} steps are possible under it.", { count: next.length });
  show(`${t("The protocol is another one now.")} ${run.length ? same : ""} ${toldOf(now.at)}`);
}

function speak(wanted) {
  language = wanted;
  show(toldOf(now.at));
}

// -- words --

/** What a playground is for, in a line. */
const purpose = (name) => ({
  opening: t("A is the client, B the server: they open, give up and close. Small enough for a search to end."),
  "whole connection": t("Either side may call and listen, send, close and abort. A search here may not end."),
  "32 bits": t("The same with sequence numbers as on the wire."),
  "who knows what": t("A connection opens, and each side may send an octet: what does either know of the other?"),
})[name];

/** What a switch is about. */
const meaning = (name) => ({
  handshake: t("segments to open"),
  close: t("the ACK of a FIN: at once, or with one's own FIN"),
  data_on_syn: t("text that a SYN brings"),
  rfc1337: t("TIME-WAIT ignores a RST"),
  window: t("the receive window, in octets"),
})[name];

/** A paragraph as it is cited. */
const cited = (cite) => (/^\d/.test(cite) ? `RFC 9293, ${cite}` : cite);

/** What a step has done, in words: its event, the states, and what it has made false. */
function toldOf(number) {
  if (!number) return t("The start.") + ` ${sides().map((side) => `${side}: ${stateName(side, first)}`).join(", ")}.`;
  const [before, after] = all().slice(number - 1, number + 1);
  const parts = (one, next) => asked(one, next).flatMap((property) => property.parts);
  const was = parts(before, before);
  const broken = parts(before, after).filter((part, at) => !part.holds && was[at].holds);
  const now_ = sides().map((side) => `${side}: ${stateName(side, after)}`).join(", ");
  const said_ = t("Step {number}. {event}. {states}.", { number, event: said(model, now.run[number - 1]), states: now_ });
  const loop = now.place.loop === number - 1 && now.place.steps ? ` ${t("From here on it goes round for ever.")}` : "";
  return said_ + broken.map((part) => ` ${t("It has happened:")} ${partName(part.name)}.`).join("") + loop;
}

// -- parts of the page --

const Button = ({ of, does, children, ...more }) => html`<button type="button" data-key=${of} onClick=${does} ...${more}>${children}</button>`;

function Page() {
  return html`
    <header>
      <h1>${t("Why three segments, and not two?")}</h1>
      <div class="languages" role="group" aria-label="Language">
        ${[["en", "English"], ["zh", "中文"]].map(([one, name]) => html`<${Button} of=${`speak ${one}`} lang=${one} aria-pressed=${language === one} does=${() => speak(one)}>${name}<//>`)}
      </div>
      <p>${t("Run TCP by hand. Each button is a rule of the model checker, made from RFC 9293; whatever it allows can be tried here. Or begin with a run that the checker has found.")}</p>
    </header>
    <${Begin} />
    <${Protocol} />
    <${Bar} />
    <p id="said" role="status" aria-live="polite">${now.said}</p>
    ${now.beside && html`<${Beside} other=${now.place.against} />`}
    <main>
      <${Possible} />
      <div id="drawn">
        <${Run} />
        <${Tcbs} />
      </div>
      ${(model.properties.length || !model.knowledge) && html`<${Properties} />`}
      ${model.knowledge && html`<${Knowledge} />`}
    </main>
    <footer>
      <p class="note">${t("Limits: {settings}. A segment that finds no room in the network is lost.", { settings: now.place.bounds })}</p>
      <p class="note">${t("The address of this page has the whole run: copy it to show the run to others who have this file. Arrow keys go back and forth, Home and End to the ends.")}</p>
    </footer>`;
}

/** The statements with their answers, and the runs to begin with. */
function Begin() {
  const own = (number) => CONTENT.runs.filter((run) => run.settles.includes(number));
  const others = CONTENT.runs.filter((run) => !run.settles.length);
  const list = (runs) => html`<ul class="runs">${runs.map((run) => html`<li><${Button} of=${`begin ${run.id}`} aria-current=${now.place.id === run.id ? "true" : null} does=${() => begin(PLACES[run.id])}><b>${run.claim}</b>${t(", with {variant}: {length}", { variant: [told(run.text).variant, told(run.text).label].filter(Boolean).join(t(", ")), length: told(run.text).length })}<//> <span class="note">${told(run.text).verdict}</span></li>`)}</ul>`;
  const marks = { good: "✓", bad: "✗", open: "?", plain: "·" };
  const lines = (some) => some.map(([mark, text]) => html`<p class=${`line ${mark}`}><span aria-hidden="true">${marks[mark] ?? ""}</span> ${text}</p>`);
  return html`<section id="begin" aria-labelledby="begin-title">
    <details open=${now.started}>
      <summary><h2 id="begin-title">${t("What this check has found, and where a run may begin")}</h2></summary>
      ${CONTENT.statements.map(({ number, text }) => html`<details class="statement">
        <summary><b>${number}</b> ${told(text).question} <i>${told(text).short}</i>${told(text).true.every(([mark]) => mark === "open") && html` <span class="note">${t("(not checked here)")}</span>`}</summary>
        <h3>${t("What the explainer says")}</h3><p>${told(text).says}</p>
        <h3>${t("What is true")}</h3>${lines(told(text).true)}
        ${told(text).more.length ? html`<h3>${t("What the explainer leaves out, or has wrong")}</h3>${lines(told(text).more)}` : ""}
        <h3>${t("How sure is that")}</h3>${lines(told(text).sure)}
        ${own(number).length ? html`<h3>${t("Runs to look at")}</h3>${list(own(number))}` : html`<p class="note">${t("No run of it was made in this check.")}</p>`}
      </details>`)}
      ${others.length ? html`<details class="statement"><summary>${t("Further runs: figures of the RFC, and claims beyond the explainer")}</summary>${list(others)}</details>` : ""}
    </details>
  </section>`;
}

/** The playground and its switches. */
function Protocol() {
  const { playground } = now.place;
  const values = playground ? now.place.id.split(",").slice(1) : [];
  const pick = (at, value) => [playground.name, ...values.with(at, value)].join(",");
  return html`<section id="protocol" aria-label=${t("The protocol")}>
    <fieldset><legend>${t("By hand")}</legend>
      ${PLAYGROUNDS.map((one) => html`<${Button} of=${`playground ${one.name}`} aria-pressed=${playground?.name === one.name} does=${() => begin(PLACES[Object.keys(one.models)[0]])}>${t(one.name)}<//>`)}
    </fieldset>
    ${playground ? Object.entries(playground.switches).map(([name, offered], at) => html`<fieldset><legend>${name} <span class="note">${meaning(name)}</span></legend>
      ${offered.map((value) => html`<label><input type="radio" name=${name} value=${value} data-key=${`${name}=${value}`} checked=${values[at] === value} disabled=${!playground.models[pick(at, value)]} onChange=${() => choose(pick(at, value))} /> ${value}</label>`)}
    </fieldset>`) : html`<p>${told(now.place.text).verdict} <span class="note">${told(now.place.text).sentence} ${typeof now.place.against === "string" && now.place.against && t("Nothing stands beside it: {why}.", { why: now.place.against })}</span></p>`}
    ${playground && html`<p class="note">${purpose(playground.name)} ${!now.run.length && t("To begin, let B do its passive OPEN and A its active OPEN; then deliver, copy or lose what they send.")} ${t("Another handshake keeps the schedule.")}</p>`}
  </section>`;
}

function Bar() {
  const [at, last] = [now.at, now.run.length];
  const step = (to) => () => { stop(); jump(to); };
  return html`<nav id="bar" aria-label=${t("The run")}>
    <${Button} of="first" disabled=${at === 0} does=${step(0)}>${t("Start")}<//>
    <${Button} of="back" disabled=${at === 0} does=${step(at - 1)}>◀ ${t("Undo")}<//>
    <${Button} of="play" disabled=${!last} does=${play}>${now.timer ? `⏸ ${t("Pause")}` : `▶ ${t("Play")}`}<//>
    <${Button} of="forward" disabled=${at === last} does=${step(at + 1)}>${t("Redo")} ▶<//>
    <${Button} of="last" disabled=${at === last} does=${step(last)}>${t("End")}<//>
    <span id="where">${t("step {at} of {count}", { at, count: last })}</span>
    ${now.place.against?.pairs && html`<${Button} of="beside" aria-pressed=${now.beside} does=${() => { now.beside = !now.beside; show(); }}>${t("Beside it: the same schedule under the other protocol")}<//>`}
  </nav>`;
}

function Saves() {
  const scenario = saved.scenario();
  const save = (name, content, more = "") => () => {
    download(name, content());
    show(`${t("Saved as {name}.", { name })} ${more}`);
  };
  const check = t("Check it with: {command}", { command: "python -m model.check --scenario run.story" });
  return html`<div class="saves" role="group" aria-label=${t("Save the run as")}>${t("Save:")}
    <${Button} of="save story" disabled=${!scenario} title=${scenario ? t("A scenario file, for --scenario") : t("No scenario tells runs of a timed network, of a server, or from an open connection")} does=${save("run.story", () => scenario, check)}>${t("scenario")}<//>
    <${Button} of="save pcap" disabled=${!now.run.length} does=${save("run.pcap", saved.pcap)}>pcap<//>
    <${Button} of="save svg" does=${save("run.svg", saved.svg)}>SVG<//>
  </div>`;
}

/** A button for a step. */
function Step({ step, words }) {
  const { event, cite } = model.rules[step.rule];
  return html`<${Button} of=${[step.rule, ...step.inputs].join(".")} does=${() => take(step)}>${words ?? event}${cite && html` <span class="cite">${cited(cite)}</span>`}<//>`;
}

/** A segment under way as the ladder names it. */
function segmentName(one) {
  const known = segments(now.run.slice(0, now.at)).flights.filter((flight) => flight.ended === null);
  return known.findLast((flight) => flight.source === one.source && flight.target === one.target && flight.text === one.text)?.told ?? one.text;
}

function Possible() {
  const { segments: under, events } = possible(model, state());
  const kinds = [["arrive", t("Deliver")], ["arrive-copy", t("Deliver a copy")], ["lose", t("Lose")]];
  return html`<section id="happen" aria-labelledby="events-title">
    <h2 id="events-title" tabindex="-1">${t("What can happen now")}</h2>
    <h3>${t("Segments under way")}</h3>
    <ul id="segments">${under.map((one) => html`<li key=${one.key}><code>${segmentName(one)}</code> ${t("from {source} to {target}", one)}
      <div class="choices">${kinds.filter(([kind]) => one.steps[kind]).map(([kind, word]) => html`<${Step} step=${one.steps[kind]} words=${kind === "arrive" ? `${word}: ${model.rules[one.steps[kind].rule].event}` : word} />`)}</div></li>`)}
      ${!under.length && html`<li class="note">${t("none")}</li>`}</ul>
    ${[...sides(), ""].map((side) => {
      const own = events.filter((step) => model.rules[step.rule].side === side);
      if (!own.length && !side) return "";
      return html`<h3>${side ? t("{side}: calls and timeouts", { side }) : t("Time")}</h3>
        ${own.length ? html`<div class="choices">${own.map((step) => html`<${Step} step=${step} />`)}</div>` : html`<p class="note">${t("none")}</p>`}`;
    })}
    <details id="impossible" onToggle=${(event) => { now.reasons = event.target.open; show(); }}>
      <summary>${t("What cannot happen now, and why")}</summary>
      ${now.reasons && html`<${Impossible} />`}
    </details>
  </section>`;
}

/** A condition in words, as a formula, and with the values that it reads. */
function Reason({ of }) {
  return html`<span class="reason">${partName(of.says).replace("{about}", of.about)}${of.formula && html`: <code>${of.formula}</code> ${t("here:")} <code>${of.values}</code>`}${of.segment && html` ${t("of {segment}", { segment: segmentName(of.segment) })}`}</span>`;
}

/**
 * Every event that is not possible, with the first condition that is false; those that lack least come first, and those
 * that many share are folded.
 */
function Impossible() {
  const { named } = segments(now.run.slice(0, now.at));
  const why = model.rules.map((rule, at) => ({ rule, why: whyNot(model, state(), at, named) })).filter((one) => one.why);
  return [...sides(), ""].map((side) => {
    const own = why.filter(({ rule }) => rule.side === side).sort((a, b) => b.why.passed - a.why.passed);
    const item = ({ rule, why }) => html`<li key=${rule.name}>
      <button type="button" aria-disabled="true">${rule.event}${rule.cite && html` <span class="cite">${cited(rule.cite)}</span>`}</button> <span class="note">${t("It is false that")} <${Reason} of=${why} /></span></li>`;
    const groups = [...new Set(own.map(({ why }) => why.says))].map((says) => own.filter(({ why }) => why.says === says));
    const few = own.filter(({ why }) => groups.find(([one]) => one.why.says === why.says).length < 4);
    const folded = groups.filter((group) => group.length > 3);
    const shared = ([{ why }, ...others]) => partName(why.says).replace("{about}", others.every((one) => one.why.about === why.about) ? why.about : "…");
    return own.length ? html`<h3>${side || t("The network, and time")}</h3>
      ${few.length ? html`<ul class="reasons">${few.map(item)}</ul>` : ""}
      ${folded.map((group) => html`<details key=${group[0].why.says}><summary>${t("It is false that")} ${shared(group)}: ${t("{count} events", { count: group.length })}</summary><ul class="reasons">${group.map(item)}</ul></details>`)}` : "";
  });
}

/** What became of the segment that the last step has delivered, and which check decided it. */
function Became() {
  if (!now.at) return "";
  const of = became(model, all()[now.at - 1], now.run[now.at - 1], segments(now.run.slice(0, now.at)).named);
  if (!of) return "";
  const words = { accepted: "The segment was accepted: {check} ({cite}).", answered: "The segment changed nothing and was answered: {check} ({cite}).",
    ignored: "The segment came through all checks, and there was nothing to do: {check} ({cite}).", dropped: "The segment was dropped by the check “{check}” ({cite})." };
  return html`<div id="became" class=${of.became}><p><b>${t(words[of.became], { check: of.check, cite: cited(of.cite) })}</b></p>
    <ul>${of.decided.map((one) => html`<li class="note"><${Reason} of=${one} /></li>`)}</ul></div>`;
}

function Run() {
  return html`<section id="ladder-section" aria-labelledby="ladder-title">
    <div class="title"><h2 id="ladder-title">${t("The run")}</h2><${Saves} /></div>
    <${Became} />
    <div id="ladder" data-scroll tabindex="0" role="group" aria-label=${t("The ladder, which scrolls")}><${Ladder} of=${model} first=${first} run=${now.run} lanes=${lanes()} fifo=${now.place.fifo} at=${now.at} row=${(step) => step} count=${now.run.length} jump=${jump} loop=${now.place.steps ? now.place.loop : null} drags=${true} /></div>
    <p class="note">${t("Drag the end of a segment that is under way to the other side to deliver it (with Shift: a copy), or out of the lines to lose it.")} ${t("Dotted: under way. Dashed: a copy. ✕: lost.")}</p>
    <ol id="steps" data-scroll aria-label=${t("Steps; each button jumps to the state after it")}>${[t("the start"), ...now.run.map((step) => said(model, step))].map((words, number) => html`<li>
      <${Button} of=${`step ${number}`} class=${number > now.at ? "later" : null} aria-current=${number === now.at ? "step" : null} does=${() => jump(number)}>${number} ${words}${now.place.notes?.[number] && html`<span class="note">${now.place.notes[number]}</span>`}<//></li>`)}</ol>
  </section>`;
}

const Verdict = ({ holds }) => html`<span class=${String(holds)}>${holds ? t("✓ true") : t("✗ FALSE")}</span>`;
// A part has the words for what has happened where it is false.
const Happened = ({ holds }) => html`<span class=${String(holds)}>${holds ? t("✓ has not happened:") : t("✗ HAS HAPPENED:")}</span>`;

function Properties() {
  const before = all()[Math.max(now.at - 1, 0)];
  return html`<section id="properties-section" aria-labelledby="properties-title">
    <h2 id="properties-title">${t("What must be true")}</h2>
    ${!model.properties.length && html`<p class="note">${t("Of this run no property of states is asked: it is a figure, an infinite run, or about knowledge.")}</p>`}
    ${asked(before, state()).map((property) => html`<div class="property">
      <h3>${property.name} <${Verdict} holds=${property.holds} /></h3>
      <p class="note">${property.name in SAID ? told(SAID[property.name]) : told(now.place.text).sentence}</p>
      <ul class="parts">${property.parts.map((part) => html`<li><${Happened} holds=${part.holds} /> ${partName(part.name)}</li>`)}</ul>
      <${Button} of=${`find ${property.name}`} does=${() => find(property)}>${property.kind === "reachable" ? t("Find a run from here") : t("Find a violation from here")}<//>
    </div>`)}
    ${now.search && html`<div id="search"><p id="progress">${now.search.progress}</p><${Button} of="stop" does=${halt}>${t("Stop the search")}<//></div>`}
  </section>`;
}

function Tcbs() {
  const [values, before] = [state(), all()[Math.max(now.at - 1, 0)]];
  const peer = peers(model);
  const { named } = segments(now.run.slice(0, now.at));
  const text = (side, name, of) => {
    const at = variableAt(`${side}.${name}`);
    const unknown = [...NO_TCB, ...(OWN[name] === false ? ["SYN-SENT"] : [])]; // RCV.NXT and IRS are the peer's.
    if (at < 0 || (name in OWN && unknown.includes(stateName(side, of)))) return "–";
    return name in OWN ? named(of[at], OWN[name] ? side : peer[side]) : t(value(model.variables[at], of[at]));
  };
  const known = sides().filter((side) => variableAt(`${side}.state`) >= 0);
  const names = [...new Set(known.flatMap((side) => model.variables.filter((one) => one.name.startsWith(`${side}.`)).map((one) => one.name.slice(side.length + 1))))];
  const ghost = (name) => name === "incarnation" || model.variables.some((one) => one.ghost && one.name.endsWith(`.${name}`));
  return html`<section id="tcb-section" aria-labelledby="tcb-title">
    <h2 id="tcb-title">${t("The TCBs")}</h2>
    <p class="note">${t("What each side keeps of its connection. An incarnation is one life of a side, from its OPEN to CLOSED.")}</p>
    <div class="wide"><table><thead><tr><td></td>${known.map((side) => html`<th scope="col">${side}</th>`)}</tr></thead>
      <tbody>${names.map((name) => html`<tr><th scope="row">${ghost(name) ? html`<i>${t(NAMES[name] ?? name)}</i>` : t(NAMES[name] ?? name)}</th>${known.map((side) => {
        const [is, was] = [text(side, name, values), text(side, name, before)];
        return html`<td>${is === was ? is : html`<mark>• ${is} <small>${t("was {was}", { was })}</small></mark>`}</td>`;
      })}</tr>`)}</tbody></table></div>
    <p class="note"><mark>${t("Marked with • is")}</mark> ${t("what the last step changed, with the old value after it. What no endpoint knows is in italics: the model keeps it only to judge.")}</p>
  </section>`;
}

/** Who knows what in the state that is shown, and since which step: once all states have been looked at. */
function Knowledge() {
  const { knows } = now;
  const every = all();
  const ready = knows?.model === model;
  if (ready && knows.ask && knows.of !== every.length + model.about + now.run.map((one) => one.rule).join()) knows.ask(every);
  const since = (formula) => {
    const held = knows.along.map((row) => row[formula]);
    return held.slice(0, now.at + 1).lastIndexOf(false) + 1;
  };
  return html`<section id="knowledge-section" aria-labelledby="knowledge-title">
    <h2 id="knowledge-title">${t("Who knows what")}</h2>
    <p class="note">${t("A side knows what holds in every state that looks the same to it: the same state, TCB and timers. So all states have to be looked at first.")}</p>
    ${!ready && html`<${Button} of="know" does=${learn}>${t("Look at all states")}<//>`}
    ${ready && !knows.ask && html`<p role="status">${t("{states} states so far", { states: knows.states.toLocaleString("en") })}</p>`}
    ${ready && knows.along?.length > now.at && html`<ul class="parts">${model.knowledge.formulas.map((formula, at) => html`<li>
      <span class=${String(knows.along[now.at][at])}>${knows.along[now.at][at] ? "✓" : "–"}</span> ${formulaWords(formula)} ${knows.along[now.at][at] && html`<span class="note">${t("since step {step}", { step: since(at) })}</span>`}</li>`)}</ul>`}
  </section>`;
}

/** A formula about knowledge in words. */
function formulaWords([kind, ...parts]) {
  if (kind === "fact") return partName(model.knowledge.facts[parts[0]][0]);
  if (kind === "knows") {
    const [[one, ...others], what] = parts;
    if (others.length) return t("{sides} commonly know that {what}", { sides: [one, ...others].join(", "), what: formulaWords(what) });
    return t("{side} knows that {what}", { side: one, what: formulaWords(what) });
  }
  return `${kind}(${parts.map(formulaWords).join("; ")})`;
}

/** Look at all states of the model in a worker, which then says who knows what. */
function learn() {
  stop();
  now.knows?.worker.terminate();
  const text = `${$("engine").textContent}\nconst model=${modelText(now.place.model)};let answer=null;onmessage=({data})=>postMessage({along:answer(data)});answer=knowing(model,(x)=>postMessage(x));postMessage({ready:true});`;
  const place = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(place);
  const knows = { worker, model, states: 0, along: null, of: null, ask: null };
  now.knows = knows;
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(place);
    if (data.states) knows.states = data.states;
    if (data.along) knows.along = data.along;
    if (data.ready) knows.ask = (every) => {
      knows.of = every.length + model.about + now.run.map((one) => one.rule).join();
      worker.postMessage(every);
    };
    show();
  };
  show();
}

/** The run and the same schedule under the other protocol, step beside step. */
function Beside({ other }) {
  const [one, two] = [now.place, drawnModel(other)];
  const row = (key) => (step) => (step ? other.pairs.findIndex((pair) => pair[key] === step) + 1 : 0);
  const changes = Object.entries(other.changes).map(([name, value]) => `${name}=${value}`).join(", ");
  const shown = other.pairs.findIndex((pair) => pair.left === now.at) + 1;
  const marks = other.pairs.map((pair, at) => [at + 1, pair.mark || (pair.differs ? "differs" : "")]).filter(([, mark]) => mark);
  const common = { count: other.pairs.length, at: shown, jump: (at) => { if (at === 0 || other.pairs[at - 1].left) { enter({ place: one, run: recorded(one), at: at && other.pairs[at - 1].left }); show(toldOf(now.at)); } } };
  return html`<section id="beside" aria-labelledby="beside-title">
    <h2 id="beside-title">${t("The same schedule under the other protocol")}</h2>
    <p>${told(other.text)}</p>
    <div class="two" data-scroll tabindex="0" role="group" aria-label=${t("Two ladders, which scroll")}>
      <figure><figcaption>${one.claim}: ${told(one.text).variant}</figcaption><${Ladder} of=${model} first=${first} run=${recorded(one)} lanes=${lanes()} fifo=${one.fifo} row=${row("left")} ...${common} /></figure>
      <figure><figcaption>${changes}</figcaption><${Ladder} of=${two.model} first=${two.first} run=${two.run} lanes=${Object.values(other.lanes).map((line) => Object.keys(line))} fifo=${other.fifo} row=${row("right")} marks=${Object.fromEntries(marks)} ...${common} /></figure>
    </div>
  </section>`;
}

// -- the search --

function find(property) {
  stop();
  const { name } = property;
  const begun = performance.now();
  const text = `${$("engine").textContent}\nconst model=${modelText(now.place.model)};\nonmessage=({data})=>searching(model,...data,(x)=>postMessage(x));`;
  const place = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(place);
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(place);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const far = t("{states} states, {transitions} transitions, {seconds} s", { states: data.states.toLocaleString("en"), transitions: data.transitions.toLocaleString("en"), seconds });
    now.search.progress = t("{name}: {far}, depth {depth}, {megabytes} MB", { name, far, depth: data.depth, megabytes: (data.bytes / 1e6).toFixed(0) });
    if (data.done) found(property, data, far);
    else show();
  };
  worker.onerror = (event) => {
    stop();
    show(t("The search has failed: {why}", { why: event.message }));
  };
  worker.postMessage([state(), name]);
  now.search = { worker, name, progress: t("{name}: the search begins", { name }) };
  show();
  document.querySelector('[data-key="stop"]').focus();
}

/** Stop the search, and go back to the button that began it. */
function halt() {
  const { name } = now.search;
  stop();
  show(t("The search is stopped; nothing is known."));
  document.querySelector(`[data-key="find ${CSS.escape(name)}"]`).focus({ preventScroll: true });
}

function found({ name, kind }, { run: path }, far) {
  stop();
  const reach = kind === "reachable";
  if (!path) {
    const none = reach ? t("{name} cannot be reached from here ({far}).", { name, far })
      : t("{name} holds in every state that can follow ({far}): from here no run violates it.", { name, far });
    show(none);
  } else if (path.length === 1) {
    show(reach ? t("{name} is reached here already.", { name }) : t("{name} is false here already.", { name }));
  } else {
    const more = between(model, path);
    now.from = now.at;
    now.run = [...now.run.slice(0, now.at), ...more];
    now.at = now.run.length;
    const said = reach ? t("{name} is reached after {count} more steps, and no run is shorter ({far}).", { name, count: more.length, far })
      : t("{name} is violated after {count} more steps, and no run is shorter ({far}).", { name, count: more.length, far });
    show(`${said} ${t("Play shows them.")} ${toldOf(now.at)}`);
  }
  document.querySelector(`[data-key="find ${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
}

// -- the beginning --

/** Show the run that the address has. */
function open() {
  const hash = decodeURIComponent(location.hash.slice(1));
  const parts = hash.split("/");
  if (["en", "zh"].includes(parts[4])) language = parts[4];
  const asked = addressed(hash);
  now.started ||= !hash && matchMedia("(min-width: 40rem)").matches; // A small screen begins with what can be done.
  stop();
  enter(asked);
  show([asked.problem && t(asked.problem), toldOf(asked.at)].filter(Boolean).join(" "));
}

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.matches("input")) return;
  const to = { ArrowLeft: now.at - 1, ArrowRight: now.at + 1, Home: 0, End: now.run.length }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  stop();
  jump(to);
});
addEventListener("hashchange", open);
addEventListener("resize", () => show());

open();
