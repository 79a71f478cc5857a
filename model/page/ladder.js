// The ladder: two lines, the segments between them, and what each step has changed.

/**
 * A run as a ladder. of, first, run: the model, its first state and the steps; lanes: the sides that share each line;
 * row: where a step is, counted from 0 for the start; count: rows besides that; at: the row that is shown. jump: what a
 * click on a row does. loop: the step after which everything comes again. marks: words for some rows. drags: whether
 * segments under way can be taken to where they shall go.
 */
function Ladder({ of, first, run, lanes, fifo, row, count, at, jump, loop = null, marks = {}, drags = false }) {
  const room = document.documentElement.clientWidth;
  const share = matchMedia("(min-width: 90rem)").matches ? 1.3 / 3.3 : matchMedia("(min-width: 56rem)").matches ? 1.2 / 2.2 : 1;
  const width = Math.max(Math.min(room * share - 60, 760), 260); // As wide as its column, so that no text shrinks.
  const narrow = width < 480;
  const margin = narrow ? 82 : 112;
  const [left, right] = [margin, width - margin];
  const x = (side) => (lanes[0].includes(side) ? left : right);
  const y = (step) => 34 + row(step) * LINE;
  const tall = 34 + count * LINE + 40;
  const later = (step) => (row(step) > at ? " later" : "");
  const every = states(first, run);
  const dead = (side, number) => stateName(side, every[number], of) === "CLOSED";
  const flown = relative(of, first, flights(of, first, run, fifo)).flights;
  const anchor = (side) => (x(side) === left ? ["start", 8] : ["end", -8]);

  const lines = lanes.flatMap((line) => [
    html`<text class="name" x=${x(line[0])} y="13" text-anchor="middle">${line.join(", ")}</text>`,
    ...every.map((_, number) => {
      const until = number < run.length ? y(number + 1) : tall;
      return html`<line class=${`lane${line.length === 1 && dead(line[0], number) ? " dead" : ""}`} x1=${x(line[0])} x2=${x(line[0])} y1=${number ? y(number) : 18} y2=${until} />`;
    }),
  ]);

  const steps_ = every.map((values, number) => {
    const rule = number ? of.rules[run[number - 1].rule] : null;
    const own = lanes.flat().filter((side) => !number || stateName(side, values, of) !== stateName(side, every[number - 1], of));
    const [where, shift] = rule?.side ? anchor(rule.side) : ["middle", 0];
    const by = rule && (rule.side ? x(rule.side) + shift : (left + right) / 2);
    return html`<g class=${later(number)}>
      <text class="event" x="2" y=${y(number) + 4}>${number}</text>
      ${own.filter((side) => stateName(side, values, of)).map((side) => html`<text class="state" x=${x(side) === left ? left - 7 : right + 7} y=${y(number) + 4} text-anchor=${x(side) === left ? "end" : "start"}>${(lanes.flat().length > 2 ? `${side} ` : "") + stateName(side, values, of)}</text>`)}
      ${rule && (rule.side || rule.kind === "time") && html`<text class="event" x=${by} y=${y(number) - 15} text-anchor=${where}>${rule.brief || rule.event}</text>`}
    </g>`;
  });

  const arrow = (flight, to, kind) => {
    const [x1, x2] = [x(flight.source), x(flight.target)];
    const way = Math.sign(x2 - x1);
    const from = flight.sent === null ? 18 : y(flight.sent);
    return html`<g class=${later(to)}><line class=${`flight ${kind}`} x1=${x1 + 2 * way} y1=${from} x2=${x2 - 3 * way} y2=${y(to)} /><path class="tip" d=${`M${x2 - 2 * way} ${y(to)}l${-10 * way} -6v9z`} /></g>`;
  };
  /** A segment's text: along its arrow, or below where a line begins that does not reach the other side. */
  const along = (flight, begins) => {
    const text = narrow ? flight.brief ?? flight.short : flight.told ?? flight.text;
    const [x1, x2, arrives] = [x(flight.source), x(flight.target), flight.end === "arrive" ? flight.ended : flight.copies[0]];
    if (!arrives) {
      const [where, shift] = anchor(flight.source);
      return html`<text class=${`mono${later(begins)}`} x=${x1 + shift} y=${y(begins) + 24} text-anchor=${where}>${text}</text>`;
    }
    const [y1, y2] = [flight.sent === null ? 18 : y(flight.sent), y(arrives)];
    const angle = (Math.atan2(y2 - y1, Math.abs(x2 - x1)) * 180) / Math.PI;
    const part = narrow ? 0.5 : 0.36; // Nearer to the sender: there arrows that cross have their texts apart.
    const turn = `translate(${x1 + part * (x2 - x1)} ${y1 + part * (y2 - y1) - 4}) rotate(${x2 > x1 ? angle : -angle})`;
    return html`<text class=${`mono${later(begins)}`} transform=${turn} text-anchor="middle">${text}</text>`;
  };
  const segment = (flight, place) => {
    const [x1, x2] = [x(flight.source), x(flight.target)];
    const way = Math.sign(x2 - x1);
    const begins = flight.sent ?? 0;
    const lost = flight.end !== null && flight.end !== "arrive";
    const underWay = begins <= at && (flight.ended === null || flight.ended > at);
    const far = lost && row(flight.ended) > row(begins) ? y(flight.ended) : y(begins) + 4;
    const [xx, yy] = [(x1 + x2) / 2, far];
    return html`${flight.copies.map((to) => arrow(flight, to, "copy"))}
      ${flight.end === "arrive" ? arrow(flight, flight.ended, "") : html`<g class=${later(lost ? flight.ended : begins)}>
        <line class=${`flight ${lost ? "lost" : "waits"}`} x1=${x1 + 2 * way} y1=${y(begins)} x2=${xx} y2=${yy} />
        ${lost && html`<path class="flight cross" d=${`M${xx - 5} ${yy - 5}l10 10m0 -10l-10 10`} />`}</g>`}
      ${drags && underWay && html`<${Handle} key=${place} flight=${flight} x=${xx} y=${flight.end === "arrive" ? (y(begins) + y(flight.ended)) / 2 : yy} target=${x2} />`}
      ${along(flight, begins)}`;
  };

  return html`<svg xmlns="http://www.w3.org/2000/svg" class=${narrow ? "narrow" : ""} viewBox=${`0 0 ${width} ${tall}`} width=${width} height=${tall} role="img" aria-label=${t("The run as a ladder: the list of steps has the same in words")}>
    <rect class="here" x="0" y=${34 + at * LINE - 24} width=${width} height=${LINE - 10} rx="5" />
    ${lines}
    ${flown.map(segment)}
    ${steps_}
    ${Object.entries(marks).map(([where, mark]) => html`<text class="mark" x="2" y=${34 + where * LINE + 18}>${t(mark)}</text>`)}
    ${loop !== null && html`<text class="mark" x=${(left + right) / 2} y=${y(loop) + 22} text-anchor="middle">${t("from here on, for ever:")}</text>`}
    ${Array.from({ length: count + 1 }, (_, number) => html`<rect class="hit" x="0" y=${34 + number * LINE - 24} width="40" height=${LINE} onClick=${() => jump(number)} />`)}
  </svg>`;
}

/** The end of a segment under way: it is dragged to where the segment shall go. */
function Handle({ flight, x, y, target }) {
  const move = (event) => {
    const box = event.target.ownerSVGElement.getBoundingClientRect();
    const scale = event.target.ownerSVGElement.viewBox.baseVal.width / box.width;
    event.target.setAttribute("cx", (event.clientX - box.left) * scale);
    event.target.setAttribute("cy", (event.clientY - box.top) * scale);
  };
  const down = (event) => {
    event.preventDefault();
    event.target.setPointerCapture(event.pointerId);
    event.target.onpointermove = move;
  };
  const up = (event) => {
    if (!event.target.onpointermove) return;
    event.target.onpointermove = null;
    const [at, high] = [Number(event.target.getAttribute("cx")), Number(event.target.getAttribute("cy"))];
    event.target.setAttribute("cx", x);
    event.target.setAttribute("cy", y);
    drop(flight, Math.abs(at - target) < 40 ? (event.shiftKey ? "arrive-copy" : "arrive") : Math.hypot(at - x, high - y) > 60 ? "lose" : "");
  };
  return html`<circle class="handle" cx=${x} cy=${y} r="9" onPointerDown=${down} onPointerUp=${up} />`;
}

/** A segment under way was dragged: do what that means, if it is possible now. */
function drop(flight, action) {
  const under = possible(model, state()).segments.find((one) => one.source === flight.source && one.target === flight.target && one.text === flight.text);
  const step = under?.steps[action];
  if (step) take(step);
  else show(action ? t("That is not possible here.") : t("The segment stays where it is."));
}
