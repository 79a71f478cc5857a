// What is shown now: a run with its model. Nothing here knows of a page.

/** Everything that is shown: where the run began, its steps, the step that is shown, and what the page is doing. */
const now = { place: null, run: [], at: 0, from: 0, said: "", timer: null, search: null, beside: false, started: false, reasons: false };
let model, first;

const lanes = () => Object.values(now.place.lanes).map((line) => Object.keys(line));
const sides = () => lanes().flat();
const all = () => states(first, now.run);
const state = () => all()[now.at];

/** What is known of the run's segments: their flights, with numbers as readers have them. */
function segments(run = now.run, of = model, begin = first, fifo = now.place.fifo) {
  return relative(of, begin, flights(of, begin, run, fifo));
}

/** Show a run from where it begins. */
function enter({ place, run, at }) {
  Object.assign(now, { place, run, at, from: 0, beside: now.beside && Boolean(place.against?.pairs) });
  model = modelNamed(place.model);
  first = firstState(place);
}

const variableAt = (name) => model.variables.findIndex((one) => one.name === name);

function stateName(side, values, of = model) {
  const at = of.variables.findIndex((one) => one.name === `${side}.state`);
  return at < 0 ? "" : value(of.variables[at], values[at]);
}

/** The properties that are asked where the run began; a model may have those of other claims, too. */
function asked(before, state) {
  const own = model.properties.filter((property) => property.name === now.place.claim);
  return judged({ ...model, properties: own.length ? own : model.properties }, before, state);
}
