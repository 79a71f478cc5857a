// The models that the page has, unpacked when they are first needed; and where a run may begin.

const models = {};
const packs = {
  get byHand() {
    return kept(this, "byHand", BY_HAND);
  },
  get runs() {
    return kept(this, "runs", RUNS);
  },
};

/** A pack, unpacked once. */
function kept(packs, name, base64) {
  const value = unpacked(base64);
  Object.defineProperty(packs, name, { value });
  return value;
}

/** The text of a model, by its name; a pack has names of variables where the model has their places. */
function modelText(name) {
  const pack = Object.hasOwn(packs.byHand.models, name) ? packs.byHand : packs.runs;
  const text = pack.models[name].map((at) => pack.pieces[at]).join("");
  const variables = JSON.parse(/\nvariables:(\[.*?\]),\ninitial:/s.exec(text)[1]);
  const places = new Map(variables.map((variable, at) => [variable.name, at]));
  return text.replace(/\b([st])\[@([^\]]+)\]/g, (_, array, variable) => `${array}[${places.get(variable)}]`);
}

/** A model, by its name. */
function modelNamed(name) {
  return (models[name] ??= compiled(modelText(name)));
}

/** A model from its text. In a page by a script, as a page may not evaluate text. */
function compiled(text) {
  if (typeof document === "undefined") return Function(`return ${text}`)();
  const script = document.createElement("script");
  script.textContent = `globalThis.compiledModel=${text};`;
  document.head.append(script);
  script.remove();
  return globalThis.compiledModel;
}

/** Where a run may begin, by the name in its address: the playgrounds for runs by hand, and the runs of this check. */
const PLACES = Object.fromEntries([
  ...PLAYGROUNDS.flatMap((playground) => Object.entries(playground.models).map(([name, known]) => [name, { ...known, id: name, model: name, playground, version: VERSION }])),
  ...CONTENT.runs.map((run) => [run.id, { ...run, version: run.model }]),
]);
const FIRST = Object.keys(PLACES)[0];

/** The values of a state from their texts. */
function stateOf(model, texts) {
  const values = texts.map((text, at) => {
    const { width } = model.variables[at];
    return width === 0 ? text === "true" || text === "1" : width > 32 ? BigInt(text) : Number(text);
  });
  return values;
}

/** The first state of a run that begins in a place. */
function firstState(place) {
  const model = modelNamed(place.model);
  return place.begins?.length ? stateOf(model, place.begins) : model.initial[0];
}

/** The steps of a run of a claim: the place of each rule and its inputs, made steps of its model. */
function recorded(place) {
  const model = modelNamed(place.model);
  let state = firstState(place);
  return place.steps.map(([rule, ...inputs]) => {
    state = model.rules[rule].fire(state, ...inputs);
    return { rule, inputs, state };
  });
}

/** A run as a part of an address. at: the step that is shown. */
function address({ place, run, at }) {
  const written = run.map((step) => [step.rule, ...step.inputs].join("."));
  return `${place.id}/${place.version}/${at}/${written.join("-")}`;
}

/** The run that an address has; `problem` says what of it could not be followed, or is empty. */
function addressed(text) {
  const [id, version, at, written = ""] = text.split("/");
  const known = Object.hasOwn(PLACES, id);
  const place = PLACES[known ? id : FIRST];
  const model = modelNamed(place.model);
  const run = [];
  let state = firstState(place);
  if (!known) return { place, run, at: 0, problem: text && "The address names no run." };
  let problem = version === place.version ? "" : "The address is of another version of this page; its run may differ.";
  for (const one of written.split("-").filter(Boolean)) {
    const step = [...steps(model, state)].find((step) => [step.rule, ...step.inputs].join(".") === one);
    if (!step) {
      problem = "A step of the address is not possible; the run ends before it.";
      break;
    }
    run.push(step);
    state = step.state;
  }
  const shown = /^\d+$/.test(at ?? "") ? Math.min(Number(at), run.length) : run.length;
  return { place, run, at: shown, problem };
}

/** A run that was drawn elsewhere, as a model that has nothing but this run. */
function drawnModel({ first, steps: taken }) {
  const sides = Object.keys(first);
  const rules = taken.map((step) => ({
    ...step,
    wires: () => step.wires.map(([action, source, target, fields, told]) => ({ action, source, target, fields: {}, text: fields, told, brief: told })),
  }));
  const variables = sides.map((side) => ({ name: `${side}.state`, names: [...new Set([first, ...taken.map((one) => one.states)].map((one) => one[side]))] }));
  const state = (states) => variables.map(({ names }, at) => names.indexOf(states[sides[at]]));
  return { model: { rules, variables }, first: state(first), run: taken.map((step, rule) => ({ rule, inputs: [], state: state(step.states) })) };
}

/**
 * The same schedule under another model, as far as it goes: the same calls and timeouts of the same side, and whatever
 * the same segment causes there.
 */
function again(before, begin, run, model, first) {
  const known = (of, from, step) => wires(of, from, step).filter(({ action }) => !action.startsWith("send")).map(({ action, source, target, text }) => [action, source, target, text].join(" ")).join();
  const found = [];
  const every = states(begin, run);
  let state = first;
  for (const [at, step] of run.entries()) {
    const [old, segment] = [before.rules[step.rule], known(before, every[at], step)];
    const alike = (one) => {
      const rule = model.rules[one.rule];
      if (rule.side !== old.side || rule.kind !== old.kind || known(model, state, one) !== segment) return 0;
      return rule.name === old.name ? 2 : segment || rule.call === old.call ? 1 : 0;
    };
    const same = [...steps(model, state)].filter(alike).sort((a, b) => alike(b) - alike(a));
    if (!same.length) break;
    found.push(same[0]);
    state = same[0].state;
  }
  return found;
}
