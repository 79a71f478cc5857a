// The page: it shows a run and takes clicks and keys. What a run is stands in run.js.

const $ = (id) => document.getElementById(id);
const NAMES = {
  state: "state", snd_una: "SND.UNA", snd_nxt: "SND.NXT", iss: "ISS", rcv_nxt: "RCV.NXT", irs: "IRS",
  passive_open: "opened passively", close_queued: "CLOSE is queued", queued: "octets queued",
  incarnation: "incarnation", peer: "believes in incarnation", heard: "whose SYN was accepted",
};
const LINE = 50; // Pixels between two steps of the ladder.
const SIDES = ["A", "B"];
let handshake, model, run, at, from = 0, timer = null, worker = null, sought = "";

/** An element with attributes, handlers (names that begin with "on") and children. */
function h(tag, attributes = {}, ...children) {
  const drawn = ["svg", "g", "line", "path", "text", "rect"].includes(tag);
  const made = drawn ? document.createElementNS($("pattern").namespaceURI, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const state = () => states(model, run)[at];

/** Do something to the run, and show it. */
function change(act) {
  act();
  show();
  history.replaceState(null, "", `#${address(handshake, run, at)}`);
}

function say(text) {
  $("said").textContent = text;
}

function halt() {
  clearInterval(timer);
  timer = null;
  $("play").textContent = "▶ Play";
}

/** What a step has done, in words: its event, both states, and what it has made false. */
function told(number) {
  if (!number) return "The start: both sides are CLOSED, and nothing is under way.";
  const all = states(model, run);
  const now = SIDES.map((side) => `${side} is ${tcb(model, side, all[number], all[number])[0].now}`).join(", ");
  const parts = (one) => judged(model, one).flatMap((property) => property.parts);
  const before = parts(all[number - 1]);
  const broken = parts(all[number]).filter((part, at) => !part.holds && before[at].holds);
  return `Step ${number}. ${said(model, run[number - 1])}. ${now}.${broken.map((part) => ` It has happened: ${part.name}.`).join("")}`;
}

function jump(to) {
  if (to < 0 || to > run.length) return;
  change(() => (at = to));
  say(told(at));
}

function take(step) {
  halt();
  cancel();
  change(() => {
    run = [...run.slice(0, at), step];
    at++;
    from = 0;
  });
  say(told(at));
}

function play() {
  if (timer) return halt();
  if (at === run.length) jump(from);
  $("play").textContent = "⏸ Pause";
  timer = setInterval(() => {
    if (at < run.length) jump(at + 1);
    if (at >= run.length) halt();
  }, 1100);
}

function choose(name) {
  halt();
  cancel();
  change(() => {
    [handshake, model, run, at, from] = [name, MODELS[name], [], 0, 0];
  });
  say(`The handshake has ${name === "two-way" ? "two" : "three"} segments now; the run begins again.`);
}

// -- the search --

function cancel(words = "") {
  worker?.terminate();
  worker = null;
  if (document.activeElement === $("stop")) document.querySelector(`[data-key="find ${sought}"]`).focus();
  $("search").hidden = true;
  if (words) say(words);
}

function find(name) {
  halt();
  cancel();
  sought = name;
  const begun = performance.now();
  const text = `${$("engine").textContent}\nonmessage=({data})=>searching(...data,(x)=>postMessage(x));`;
  const place = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  worker = new Worker(place);
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(place);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const far = `${data.states.toLocaleString("en")} states, ${data.transitions.toLocaleString("en")} transitions, ${seconds} s`;
    $("progress").textContent = `${name}: ${far}, depth ${data.depth}, ${(data.bytes / 1e6).toFixed(0)} MB`;
    if (data.done) found(name, data, far);
  };
  worker.onerror = (event) => cancel(`The search has failed: ${event.message}`);
  worker.postMessage([handshake, state(), name]);
  $("search").hidden = false;
  $("progress").textContent = `${name}: the search begins`;
  $("stop").focus();
}

function found(name, { run: path }, far) {
  cancel();
  if (!path) {
    say(`${name} holds in every state that can follow (${far}): from here no run violates it.`);
  } else if (path.length === 1) {
    say(`${name} is false here already.`);
  } else {
    const more = between(model, path);
    change(() => {
      from = at;
      run = [...run.slice(0, at), ...more];
      at = run.length;
    });
    say(`${name} is violated after ${more.length} more ${more.length === 1 ? "step" : "steps"}, and no run is shorter (${far}). Play shows them. ${told(at)}`);
  }
}

// -- what is shown --

function show() {
  const key = document.activeElement?.dataset?.key;
  const all = states(model, run);
  for (const radio of document.querySelectorAll("#handshakes input")) radio.checked = radio.value === handshake;
  $("first").disabled = $("back").disabled = at === 0;
  $("last").disabled = $("forward").disabled = at === run.length;
  $("play").disabled = !run.length;
  $("where").textContent = `step ${at} of ${run.length}`;
  showLadder(all);
  showSteps();
  showPossible(all[at]);
  showProperties(all[at]);
  showTcbs(all[at], all[Math.max(at - 1, 0)]);
  if (key && !document.activeElement?.dataset?.key) {
    (document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`) ?? $("events-title")).focus({ preventScroll: true });
  }
}

function showSteps() {
  $("steps").replaceChildren(...["the start", ...run.map((step) => said(model, step))].map((words, number) =>
    h("li", {}, h("button", {
      type: "button", "data-key": `step ${number}`, class: number > at ? "later" : null,
      "aria-current": number === at ? "step" : null, onclick: () => jump(number),
    }, `${number}  ${words}`))));
  const list = $("steps");
  list.scrollTop = list.children[at].offsetTop - list.offsetTop - list.clientHeight / 2;
}

/** A button for a step. */
function button(step, words) {
  const { event, cite } = model.rules[step.rule];
  const key = [step.rule, ...step.inputs].join(".");
  return h("button", { type: "button", "data-key": key, onclick: () => take(step) },
    words ?? event, ...(cite ? [" ", h("span", { class: "cite" }, /^\d/.test(cite) ? `RFC 9293, ${cite}` : cite)] : []));
}

function showPossible(now) {
  const { segments, events } = possible(model, now);
  const kinds = [["arrive", "Deliver"], ["arrive-copy", "Deliver a copy"], ["lose", "Lose"]];
  const items = segments.map((one) => h("li", {},
    h("code", {}, one.text), ` from ${one.source} to ${one.target}`,
    h("div", { class: "choices" }, ...kinds.filter(([kind]) => one.steps[kind]).map(([kind, word]) => {
      const step = one.steps[kind];
      return button(step, kind === "arrive" ? `${word}: ${model.rules[step.rule].event}` : word);
    }))));
  $("segments").replaceChildren(...(items.length ? items : [h("li", { class: "note" }, "none")]));
  $("events").replaceChildren(...SIDES.flatMap((side) => {
    const own = events.filter((step) => model.rules[step.rule].side === side);
    return [h("h3", {}, `${side}: calls and timeouts`),
      own.length ? h("div", { class: "choices" }, ...own.map((step) => button(step))) : h("p", { class: "note" }, "none")];
  }));
}

const verdict = (holds) => h("span", { class: String(holds) }, holds ? "✓ true" : "✗ FALSE");
// A part has the words for what has happened where it is false.
const happened = (holds) => h("span", { class: String(holds) }, holds ? "✓ has not happened:" : "✗ HAS HAPPENED:");

function showProperties(now) {
  $("properties").replaceChildren(...judged(model, now).map((property) => h("div", { class: "property" },
    h("h3", {}, property.name, " ", verdict(property.holds)),
    h("p", { class: "note" }, SAID[property.name]),
    h("ul", { class: "parts" }, ...property.parts.map((part) => h("li", {}, happened(part.holds), ` ${part.name}`))),
    h("button", { type: "button", "data-key": `find ${property.name}`, onclick: () => find(property.name) },
      "Find a violation from here"))));
}

function showTcbs(now, before) {
  const both = SIDES.map((side) => tcb(model, side, now, before));
  const names = [...new Set(both.flat().map((one) => one.name))];
  const cell = (one) => {
    if (!one) return h("td", {}, "–");
    return h("td", {}, one.now === one.was ? one.now : h("mark", {}, `• ${one.now} `, h("small", {}, `was ${one.was}`)));
  };
  $("tcbs").replaceChildren(h("table", {},
    h("thead", {}, h("tr", {}, h("td", {}), ...SIDES.map((side) => h("th", { scope: "col" }, side)))),
    h("tbody", {}, ...names.map((name) => {
      const ones = both.map((side) => side.find((one) => one.name === name));
      const ghost = ones.some((one) => one?.ghost) || name === "incarnation";
      return h("tr", {}, h("th", { scope: "row" }, ghost ? h("i", {}, NAMES[name] ?? name) : NAMES[name] ?? name), ...ones.map(cell));
    }))));
}

// -- the ladder --

function showLadder(all) {
  const width = Math.max($("ladder").clientWidth || 320, 260);
  const lanes = { A: 108, B: width - 92 };
  const y = (step) => 34 + step * LINE;
  const tall = y(run.length) + 26;
  const svg = h("svg", { viewBox: `0 0 ${width} ${tall}`, height: tall, role: "img", "aria-label": "The run as a ladder: the list below has the same steps in words" });
  svg.append(h("rect", { class: "here", x: 0, y: y(at) - 24, width, height: LINE - 10, rx: 5 }));
  for (const side of SIDES) {
    svg.append(h("line", { class: "lane", x1: lanes[side], x2: lanes[side], y1: 18, y2: tall }));
    svg.append(h("text", { class: "name", x: lanes[side], y: 13, "text-anchor": "middle" }, side));
  }
  const later = (step) => (step > at ? " later" : "");
  const anchors = (side) => (side === "A" ? ["start", 8] : ["end", -8]);
  for (const flight of flights(model, run)) svg.append(...drawn(flight, lanes, y, later, width < 480, anchors));
  all.forEach((now, number) => svg.append(line(now, number, all, lanes, y, later, anchors)));
  all.forEach((_, number) => svg.append(h("rect", { class: "hit", x: 0, y: y(number) - 24, width, height: LINE, onclick: () => jump(number) })));
  $("ladder").replaceChildren(svg);
  $("ladder").scrollTop = y(at) - $("ladder").clientHeight / 2;
}

/** A step's number, its event, and the states that it has changed. */
function line(now, number, all, lanes, y, later, anchors) {
  const group = h("g", { class: later(number) }, h("text", { x: 2, y: y(number) + 4, class: "event" }, String(number)));
  for (const side of SIDES) {
    const { now: name, was } = tcb(model, side, now, all[Math.max(number - 1, 0)])[0];
    if (number && name === was) continue;
    const out = side === "A" ? { x: lanes.A - 7, "text-anchor": "end" } : { x: lanes.B + 7, "text-anchor": "start" };
    group.append(h("text", { class: "state", y: y(number) + 4, ...out }, name));
  }
  const rule = number ? model.rules[run[number - 1].rule] : null;
  if (rule?.side) {
    const [anchor, shift] = anchors(rule.side);
    group.append(h("text", { class: "event", x: lanes[rule.side] + shift, y: y(number) - 15, "text-anchor": anchor }, rule.brief));
  }
  return group;
}

/** A segment: a line from where it is sent to where it ends, one for each copy, and its text where it begins. */
function drawn(flight, lanes, y, later, narrow, anchors) {
  const [x1, x2] = [lanes[flight.source], lanes[flight.target]];
  const y1 = y(flight.sent);
  const way = Math.sign(x2 - x1);
  const arrow = (to, kind) => h("g", { class: later(to) },
    h("line", { class: `flight ${kind}`, x1: x1 + 2 * way, y1, x2: x2 - 3 * way, y2: y(to) }),
    h("path", { class: "tip", d: `M${x2 - 2 * way} ${y(to)}l${-10 * way} -6v9z` }));
  const made = flight.copies.map((to) => arrow(to, "copy"));
  if (flight.end === "arrive") made.push(arrow(flight.ended, ""));
  else {
    const lost = flight.end !== null;
    const far = lost && flight.ended > flight.sent ? y(flight.ended) : y1 + 10;
    const [x, yy] = [(x1 + x2) / 2, far];
    made.push(h("g", { class: later(lost ? flight.ended : flight.sent) },
      h("line", { class: `flight ${lost ? "lost" : "waits"}`, x1: x1 + 2 * way, y1, x2: x, y2: yy }),
      ...(lost ? [h("path", { class: "flight cross", d: `M${x - 5} ${yy - 5}l10 10m0 -10l-10 10` })] : [])));
  }
  const [anchor, shift] = anchors(flight.source);
  made.push(h("text", { class: `mono${later(flight.sent)}`, x: x1 + shift, y: y1 - 3, "text-anchor": anchor }, narrow ? flight.short : flight.text));
  return made;
}

// -- the beginning --

/** Show the run that the address has. */
function open() {
  halt();
  cancel();
  const asked = addressed(decodeURIComponent(location.hash.slice(1)));
  ({ handshake, run, at } = asked);
  model = MODELS[handshake];
  from = 0;
  show();
  say([asked.problem, told(at)].filter(Boolean).join(" "));
}

for (const name of Object.keys(MODELS)) {
  $("handshakes").append(h("label", {}, h("input", { type: "radio", name: "handshake", value: name, onchange: () => choose(name) }), ` ${name}`));
}
$("bounds").textContent = BOUNDS;
for (const [id, act] of Object.entries({
  first: () => jump(0), back: () => jump(at - 1), forward: () => jump(at + 1), last: () => jump(run.length),
})) {
  $(id).addEventListener("click", () => {
    halt();
    act();
  });
}
$("play").addEventListener("click", play);
$("stop").addEventListener("click", () => cancel("The search is stopped; nothing is known."));
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.matches("input")) return;
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: run.length }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  halt();
  jump(to);
});
addEventListener("hashchange", open);
let known = 0;
addEventListener("resize", () => {
  if (known !== $("ladder").clientWidth) showLadder(states(model, run));
  known = $("ladder").clientWidth;
});
open();
