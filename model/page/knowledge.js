// Who knows what: over all reachable states, in a worker. A side knows what holds in every state that looks the same to it.

/** The groups of states that look the same to a side: for each state the number of its group. */
function groupsOf(model, store, side) {
  const numbers = new Map();
  const groups = new Int32Array(store.count);
  for (let at = 0; at < store.count; at++) {
    const state = store.state(at);
    const seen = model.knowledge.views[side].map((place) => state[place]).join();
    if (!numbers.has(seen)) numbers.set(seen, numbers.size);
    groups[at] = numbers.get(seen);
  }
  return groups;
}

/** The groups that a chain of such states leads to, each like the last for one of the sides. */
function joined(groups) {
  const [first, ...others] = groups;
  if (!others.length) return first;
  const parent = [];
  const root = (one) => {
    while (parent[one] !== one) one = parent[one] = parent[parent[one]];
    return one;
  };
  const shift = groups.map((_, side) => groups.slice(0, side).reduce((sum, one) => sum + one.reduce((most, x) => Math.max(most, x), -1) + 1, 0));
  const names = (at) => groups.map((group, side) => group[at] + shift[side]);
  for (let at = 0; at < first.length; at++) {
    const [one, ...rest] = names(at).map((name) => ((parent[name] ??= name), root(name)));
    for (const other of rest) parent[root(other)] = root(one);
  }
  return first.map((_, at) => root(names(at)[0]));
}

/** Whether a formula holds, for each state. */
function holding(model, store, formula, known) {
  const [kind, ...parts] = formula;
  if (kind === "fact") return Uint8Array.from({ length: store.count }, (_, at) => model.knowledge.facts[parts[0]][1](store.state(at)));
  if (kind === "knows") {
    const [sides, what] = parts;
    const groups = joined(sides.map((side) => (known[side] ??= groupsOf(model, store, side))));
    const holds = holding(model, store, what, known);
    const failing = new Set();
    groups.forEach((group, at) => holds[at] || failing.add(group));
    return Uint8Array.from(groups, (group) => !failing.has(group));
  }
  const values = parts.map((part) => holding(model, store, part, known));
  const by = {
    not: (at) => !values[0][at],
    and: (at) => values.every((one) => one[at]),
    or: (at) => values.some((one) => one[at]),
    implies: (at) => !values[0][at] || values[1][at],
  }[kind];
  return Uint8Array.from({ length: store.count }, (_, at) => by(at));
}

/** In a worker: look at all states, then tell of each state of a run that is asked for which formulas hold. */
function knowing(model, tell) {
  const search = explore(model, { every: 1 << 13 });
  let step = search.next();
  for (; !step.done; step = search.next()) tell({ states: step.value.store.count });
  const { store } = step.value;
  const known = {};
  const all = model.knowledge.formulas.map((formula) => holding(model, store, formula, known));
  return (asked) => asked.map((state) => {
    const at = store.find(state);
    return all.map((holds) => Boolean(holds[at]));
  });
}
