// What a run is, for a page and for node: its steps, the segments under way, its ladder, and the address of it.
//
// A step is a rule's number, the rule's inputs, and the state after it; a run begins in the model's initial state.

/** A segment in the RFC's notation. */
function shown(fields) {
  const controls = ["syn", "fin", "rst", "ack"].filter((name) => fields[name]).map((name) => name.toUpperCase());
  const ack = fields.ack ? `<ACK=${fields.ackno}>` : "";
  const text = fields.text ? `<DATA=${fields.text}>` : "";
  return `<SEQ=${fields.seq}>${ack}${text}<CTL=${controls.join(",")}>`;
}

/** The same in fewer characters. */
function short(fields) {
  const controls = ["syn", "fin", "rst", "ack"].filter((name) => fields[name]).map((name) => name.toUpperCase());
  return `${controls.join(",")} SEQ=${fields.seq}${fields.ack ? ` ACK=${fields.ackno}` : ""}`;
}

/** What a step does to segments. before: the state in which it begins. */
function wires(model, before, step) {
  return model.rules[step.rule].wires(before, ...step.inputs).map((one) => ({
    ...one,
    text: one.text ?? shown(one.fields),
    short: one.brief ?? short(one.fields),
  }));
}

/** The states of a run, the first one first. */
function states(first, run) {
  return [first, ...run.map((step) => step.state)];
}

/** What is possible in a state: segments under way, with the steps that deliver, copy and lose each; and other events. */
function possible(model, state) {
  const segments = new Map();
  const events = [];
  for (const step of steps(model, state)) {
    const wire = wires(model, state, step).find((one) => ["arrive", "arrive-copy", "lose"].includes(one.action));
    if (!wire) {
      events.push(step);
      continue;
    }
    const slot = step.inputs[Object.keys(model.rules[step.rule].choose).indexOf("slot")];
    const key = `${wire.source}>${wire.target}.${slot}`;
    if (!segments.has(key)) segments.set(key, { key, ...wire, steps: {} });
    segments.get(key).steps[wire.action] = step;
  }
  return { segments: [...segments.values()], events };
}

/**
 * What the steps of a run do to segments, arrivals before what is sent, each with the number of its segment (as
 * pictures/flights.py has it). fifo: of equal segments the one sent first arrives first; else the last one.
 */
function happenings(model, first, run, fifo = false) {
  const outstanding = [];
  let count = 0;
  const sends = (wire) => wire.action.startsWith("send");
  return states(first, run).slice(0, -1).flatMap((before, at) =>
    wires(model, before, run[at]).sort((a, b) => sends(a) - sends(b)).map((wire) => {
      const same = (one) => one.source === wire.source && one.target === wire.target && one.text === wire.text;
      const known = sends(wire) ? undefined : fifo ? outstanding.find(same) : outstanding.findLast(same);
      const one = { ...wire, step: at + 1, segment: known?.segment ?? ++count };
      if (wire.action === "send") outstanding.push(one);
      else if (known && wire.action !== "arrive-copy") outstanding.splice(outstanding.indexOf(known), 1);
      return one;
    }));
}

/**
 * The segments of a run: who sent each in which step (null: it was under way at the start), the steps in which copies
 * arrive, and how it ends.
 */
function flights(model, first, run, fifo = false) {
  const found = new Map();
  for (const { step, segment, ...wire } of happenings(model, first, run, fifo)) {
    const sent = wire.action.startsWith("send") ? step : null;
    if (!found.has(segment)) found.set(segment, { ...wire, sent, copies: [], end: null, ended: null });
    const flight = found.get(segment);
    if (wire.action === "arrive-copy") flight.copies.push(step);
    else if (wire.action !== "send") Object.assign(flight, { end: wire.action, ended: step });
  }
  return [...found.values()];
}

/** Which side sends to which, from the names of the slots. */
function peers(model) {
  const pairs = model.variables.map(({ name }) => /^(.+)>(.+)\.\d+$/.exec(name)).filter(Boolean);
  return Object.fromEntries(pairs.map(([, source, target]) => [source, target]));
}

/**
 * Numbers as a textbook has them, where the model's are narrow: `a` is A's initial sequence number, `a'` that of its next
 * incarnation, `a+1` the number after it (as pictures/numbers.py has it). Gives the segments with such texts, and the
 * function that names a number of a side.
 */
function relative(model, first, flights) {
  const bits = model.variables.find(({ name }) => name.endsWith(".iss"))?.width ?? 32;
  if (bits >= 32) return { flights, named: (number) => String(number) };
  const chosen = {};
  const named = (number, side) => {
    const distances = (chosen[side] ?? []).map((one) => (number - one + (1 << bits)) % (1 << bits));
    if (!distances.length) return String(number);
    const least = Math.min(...distances);
    return side.toLowerCase() + "'".repeat(distances.indexOf(least)) + (least ? `+${least}` : "");
  };
  model.variables.forEach(({ name }, at) => {
    if (!name.endsWith(".incarnation") || !first[at]) return;
    const side = name.slice(0, -".incarnation".length);
    chosen[side] = [first[model.variables.findIndex((one) => one.name === `${side}.iss`)]];
  });
  const told = flights.map((one) => {
    const { fields } = one;
    const known = (chosen[one.source] ??= []);
    if (fields.syn && !known.includes(fields.seq)) known.push(fields.seq);
    const blind = fields.rst && fields.ack && !fields.seq;
    const said = { ...fields, seq: blind ? "0" : named(fields.seq, one.source), ackno: named(fields.ackno, one.target) };
    return { ...one, told: shown(said), brief: short(said) };
  });
  return { flights: told, named };
}

/** A step in words. */
function said(model, step) {
  const { side, event, cite } = model.rules[step.rule];
  const paragraph = cite && `(${/^\d/.test(cite) ? `RFC 9293, ${cite}` : cite})`;
  return [side && `${side}:`, event, paragraph].filter(Boolean).join(" ");
}

/** The value of a variable as a reader knows it. */
function value(variable, raw) {
  if (variable.names.length) return variable.names[raw];
  return typeof raw === "boolean" ? (raw ? "yes" : "no") : String(raw);
}

/** The variables of a side's TCB, with their values and what they were before. */
function tcb(model, side, state, before) {
  return model.variables.flatMap((variable, at) =>
    variable.name.startsWith(`${side}.`)
      ? [{
          name: variable.name.slice(side.length + 1),
          ghost: variable.ghost,
          now: value(variable, state[at]),
          was: value(variable, before[at]),
        }]
      : [],
  );
}

/** The properties in a state that follows another, each with its parts, and whether each is true. */
function judged(model, before, state) {
  return model.properties.map((property) => {
    const true_ = property.kind === "step" ? (holds) => holds(before, state) : (holds) => holds(state);
    const parts = property.parts.map(([name, holds]) => ({ name, holds: true_(holds) }));
    return { name: property.name, kind: property.kind, holds: true_(property.holds), parts };
  });
}

/** The steps between states that follow each other. */
function between(model, path) {
  return path.slice(1).map((state, at) => {
    const same = (step) => step.state.every((value, place) => value === state[place]);
    return [...steps(model, path[at])].find(same);
  });
}

/** In a worker: search for a violation of a property from a state, telling how far it is. */
function searching(model, from, name, tell) {
  const wanted = model.properties.find((property) => property.name === name);
  const search = explore(model, { from: [from], wanted, every: 1 << 12 });
  for (;;) {
    const { done, value } = search.next();
    const { store, transitions, depth, complete, run } = value;
    tell({ done, states: store.count, transitions, depth, bytes: store.bytes, complete, run });
    if (done) return;
  }
}

/** What is known where a rule happens, by the names that readers know; inputs: the rule's, in its order. */
function seenAt(model, rule, state, inputs) {
  const { slot, copy } = Object.fromEntries(Object.keys(rule.choose).map((name, at) => [name, inputs[at]]));
  return { e: model.sees[rule.sees].of(state, slot, copy), slot, copy };
}

/** The sequence numbers that a side knows, and whether they are its own or its peer's. */
const OF_NUMBER = { "SND.UNA": true, "SND.NXT": true, ISS: true, "SEG.ACK": true, "RCV.NXT": false, IRS: false, "SEG.SEQ": false };

/** A condition in words, as a formula, and with the values of what it reads. named: names a number of a side, or null. */
function inWords(model, rule, condition, e, named = null) {
  const { says, about, cite, formula } = condition;
  const names = model.sees[rule.sees].names;
  const shows = (name) => {
    if (name in names) return model.variables[names[name]].names[e[name]];
    const own = OF_NUMBER[name];
    return named && own !== undefined ? named(e[name], own ? rule.side : peers(model)[rule.side]) : String(Number(e[name]));
  };
  return {
    says,
    about,
    cite,
    formula: formula.replace(/[{}]/g, ""),
    values: formula.replace(/(?<=([-+]?)){(.*?)}(?=([-+]?))/g, (_, before, name, after) => {
      const shown = shows(name);
      return (before || after) && /[-+]/.test(shown) ? `(${shown})` : shown;
    }),
    reads: Object.fromEntries(condition.reads.map((name) => [name, shows(name)])),
  };
}

/** The segment that a rule is about, for these inputs, or null. */
function segmentOf(model, number, state, inputs) {
  return wires(model, state, { rule: number, inputs }).find((one) => /^(arrive|lose)/.test(one.action)) ?? null;
}

/**
 * Why a rule is not possible in a state: the first condition that is false, for those inputs that get furthest.
 *
 * `passed` counts the conditions before it, which are true. `segment`: the one that it is about; null if there is none.
 * Null if the rule is possible.
 */
function whyNot(model, state, number, named = null) {
  const rule = model.rules[number];
  const asked = rule.conditions.map((key) => model.conditions.get(key));
  let found = null;
  for (const inputs of choices(rule)) {
    const { e, slot, copy } = seenAt(model, rule, state, inputs);
    const passed = asked.findIndex((condition) => !condition.holds(e, state, slot, copy));
    if (passed < 0) return null;
    if (!found || passed > found.passed) found = { inputs, passed, e };
  }
  const { inputs, passed, e } = found;
  const segment = passed && "slot" in rule.choose ? segmentOf(model, number, state, inputs) : null;
  return { ...inWords(model, rule, asked[passed], e, named), inputs, passed, segment };
}

/**
 * What became of a segment that a step delivers; null if it delivers none. before: the state in which the step begins.
 *
 * "accepted": the receiver's state or TCB has changed; "answered": they have not, but a segment is sent; "ignored": it
 * came through all checks, and there was nothing to do; "dropped": a check dropped it. With the checks that it came
 * through by name, the paragraph, and what decided: what was asked last, or last answered with yes if it came through.
 */
function became(model, before, step, named = null) {
  const rule = model.rules[step.rule];
  if (rule.kind !== "arrives") return null;
  const own = (variable) => variable.name.startsWith(`${rule.side}.`) && !variable.ghost;
  const changed = model.variables.some((variable, at) => own(variable) && before[at] !== step.state[at]);
  const sent = wires(model, before, step).some((one) => one.action.startsWith("send"));
  const { e } = seenAt(model, rule, before, step.inputs);
  const asked = rule.conditions.map((key) => model.conditions.get(key));
  const what = changed ? "accepted" : sent ? "answered" : rule.replies ? "ignored" : "dropped";
  const checks = rule.brief.split("; ");
  const through = what === "accepted" || what === "ignored";
  const last = asked.findLast((one) => one.cite && (!through || checks.includes(one.about)));
  return {
    became: what,
    check: rule.brief,
    cite: rule.cite,
    decided: asked.filter((one) => last && one.says === last.says && one.about === last.about && one.cite === last.cite)
      .map((one) => inWords(model, rule, one, e, named)),
    segment: segmentOf(model, step.rule, before, step.inputs),
  };
}
