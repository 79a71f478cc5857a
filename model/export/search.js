// Breadth-first search of a model written by the exporter `javascript`: every reachable state, each once.
//
// A state is kept as 32-bit words in one array; a table of places finds it again by its hash. Nothing here knows of TCP,
// of pages or of node.

/** Every value of a rule's inputs. */
export function choices(rule) {
  let found = [[]];
  for (const count of Object.values(rule.choose)) {
    found = found.flatMap((known) => Array.from({ length: count }, (_, value) => [...known, value]));
  }
  return found;
}

/** Neighbouring rules with the same inputs, and these: all engines try each input with all of them before the next one. */
function groups(model) {
  const found = [];
  let same = null;
  model.rules.forEach((rule, at) => {
    const inputs = JSON.stringify(rule.choose);
    if (inputs !== same) found.push({ inputs: choices(rule), rules: [] });
    same = inputs;
    found.at(-1).rules.push({ at, rule });
  });
  return found;
}

/** The steps that are possible in a state: the rule's number, its inputs, and the next state. */
export function* steps(model, state) {
  for (const group of (model.groups ??= groups(model))) {
    const able = group.rules.filter(({ rule }) => rule.able(state));
    if (!able.length) continue;
    for (const inputs of group.inputs) {
      for (const { at, rule } of able) {
        if (rule.guard(state, ...inputs)) yield { rule: at, inputs, state: rule.fire(state, ...inputs) };
      }
    }
  }
}

/** The states found so far, with the number of the state and the rule that each was first reached by. */
export class Store {
  constructor(model) {
    this.model = model;
    this.count = 0;
    this.words = new Uint32Array(model.words << 10);
    this.parents = new Int32Array(1 << 10);
    this.places = new Int32Array(1 << 12).fill(-1);
    this.packed = new Uint32Array(model.words);
  }

  hash(words, begin) {
    let mixed = 0x9e3779b9;
    for (let at = begin; at < begin + this.model.words; at++) {
      mixed = Math.imul(mixed ^ words[at], 0x85ebca6b);
      mixed ^= mixed >>> 15;
    }
    mixed = Math.imul(mixed, 0xc2b2ae35);
    return (mixed ^ (mixed >>> 13)) >>> 0;
  }

  place(words, begin) {
    const size = this.model.words;
    const mask = this.places.length - 1;
    for (let at = this.hash(words, begin) & mask; ; at = (at + 1) & mask) {
      const known = this.places[at];
      if (known < 0) return at;
      let same = 0;
      while (same < size && this.words[known * size + same] === words[begin + same]) same++;
      if (same === size) return at;
    }
  }

  /** The number of a state, new or not; `this.count` tells which. parent: the number of the state before, or -1. */
  add(state, parent) {
    const size = this.model.words;
    this.packed.fill(0);
    this.model.pack(state, this.packed, 0);
    const at = this.place(this.packed, 0);
    if (this.places[at] >= 0) return this.places[at];
    const number = this.count++;
    if (number === this.parents.length) {
      this.words = grown(this.words);
      this.parents = grown(this.parents);
    }
    this.words.set(this.packed, number * size);
    this.parents[number] = parent;
    this.places[at] = number;
    if (this.count * 2 > this.places.length) this.spread();
    return number;
  }

  /** The number of a state, or -1 if it is not there. */
  find(state) {
    this.packed.fill(0);
    this.model.pack(state, this.packed, 0);
    return this.places[this.place(this.packed, 0)];
  }

  spread() {
    this.places = new Int32Array(this.places.length * 2).fill(-1);
    for (let number = 0; number < this.count; number++) {
      this.places[this.place(this.words, number * this.model.words)] = number;
    }
  }

  state(number) {
    return this.model.unpack(this.words, number * this.model.words);
  }

  /** The numbers of the states on the way to one, the first one first. */
  path(number) {
    const found = [];
    for (let at = number; at >= 0; at = this.parents[at]) found.push(at);
    return found.reverse();
  }

  get bytes() {
    return this.words.byteLength + this.parents.byteLength + this.places.byteLength;
  }
}

function grown(array) {
  const more = new array.constructor(array.length * 2);
  more.set(array);
  return more;
}

/**
 * Explores a model from some states; a generator that yields after each so many states, so that its caller can stop.
 *
 * wanted: a property whose violation ends the search (of one that is "reachable": its being reached), or null.
 * Returns the store, transitions, depth, and the run as states if one was found.
 */
export function* explore(model, { from = model.initial, wanted = null, most = Infinity, every = 1 << 14 } = {}) {
  const store = new Store(model);
  const found = { store, transitions: 0, depth: 0, complete: false, run: null };
  const decides = (state, next) => wanted !== null && wanted.holds(state, next) === (wanted.kind === "reachable");
  const ends = (number) => store.path(number).map((at) => store.state(at));
  for (const state of from) {
    const number = store.add(state, -1);
    if (wanted?.kind !== "step" && decides(state)) return { ...found, depth: 1, run: ends(number) };
  }
  let level = 0;
  for (let at = 0; at < store.count; at++) {
    if (at === level) {
      level = store.count;
      found.depth++;
    }
    const state = store.state(at);
    for (const step of steps(model, state)) {
      found.transitions++;
      if (wanted?.kind === "step" && decides(state, step.state)) return { ...found, run: [...ends(at), step.state] };
      if (!model.within(step.state)) continue;
      const before = store.count;
      const number = store.add(step.state, at);
      if (store.count > before && wanted?.kind !== "step" && decides(step.state)) return { ...found, run: ends(number) };
    }
    if (store.count >= most) return found;
    if (at % every === 0) yield found;
  }
  found.complete = true;
  return found;
}
