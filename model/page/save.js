// The run as files: a scenario, a capture, a picture.

const saved = {
  /** The run up to the step that is shown, as a scenario; empty if none can tell it. */
  scenario() {
    const { place } = now;
    if (place.settings === null || place.settings === undefined || place.begins?.length) return "";
    const run = now.run.slice(0, now.at);
    const every = states(first, run);
    const lines = run.map((step, at) => {
      const rule = model.rules[step.rule];
      const done = wires(model, every[at], step);
      const arrives = done.find((one) => one.action.startsWith("arrive"));
      const sent = done.find((one) => one.action.startsWith("send"));
      if (rule.kind === "network") return `network loses ${done[0].text}`;
      const what = arrives ? `${arrives.text} arrives${arrives.action === "arrive-copy" ? " again" : ""}` : rule.brief || rule.event;
      return `${rule.side}: ${what} => ${stateName(rule.side, step.state)}, sends ${sent ? sent.text : "nothing"}`;
    });
    const title = place.text ? `${place.claim}: ${place.text.en.variant}` : "A run by hand";
    return `# ${title}\nset ${place.settings}\n${lines.join("\n")}\n`;
  },

  /** The run up to the step that is shown as a capture in the middle of the network, as `--write pcap` writes it. */
  pcap() {
    const run = now.run.slice(0, now.at);
    return capture(seen(run), hosts(), now.place.window, moments(run));
  },

  /** The ladder as a picture that stands alone. */
  svg() {
    const picture = $("ladder").querySelector("svg").cloneNode(true);
    picture.querySelectorAll(".hit, .handle, .here").forEach((one) => one.remove());
    const style = document.createElementNS(picture.namespaceURI, "style");
    const names = ["paper", "panel", "ink", "faint", "line", "blue", "wrong", "mark"];
    const values = getComputedStyle(document.documentElement);
    style.textContent = `svg{background:var(--panel);${names.map((one) => `--${one}:${values.getPropertyValue(`--${one}`)}`).join(";")}}${[...document.styleSheets[0].cssRules].map((rule) => rule.cssText).filter((text) => /^(svg|#ladder svg)/.test(text)).join("")}`;
    picture.prepend(style);
    return new XMLSerializer().serializeToString(picture);
  },
};

function download(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// -- captures: the same bytes as pictures/formats/packets.py and pcap.py --

const SPACE = 2 ** 32;

/** Where numbers of so many bits lie among those of 32: the cut is in the widest gap between those that are used. */
function placed(used, bits) {
  const space = 2 ** bits;
  const numbers = [...new Set(used.map((number) => number % space))].sort((a, b) => a - b);
  if (!numbers.length) numbers.push(0);
  let [widest, cut] = [numbers[0] + space - numbers.at(-1), space];
  for (let at = 1; at < numbers.length; at++) {
    if (numbers[at] - numbers[at - 1] > widest) [widest, cut] = [numbers[at] - numbers[at - 1], numbers[at]];
  }
  return (number) => (((number < cut ? number : number - space) % SPACE) + SPACE) % SPACE;
}

/** The packets that an observer in the middle sees: each segment once, when it is sent. */
function seen(run) {
  const all_ = happenings(model, first, run, now.place.fifo);
  const bits = model.variables.find(({ name }) => name.endsWith(".iss"))?.width ?? 32;
  const used = {};
  for (const { source, target, fields } of all_) {
    const length = fields.text + fields.syn + fields.fin;
    (used[source] ??= []).push(...Array.from({ length: length + 1 }, (_, k) => fields.seq + k));
    if (fields.ack) (used[target] ??= []).push(fields.ackno);
  }
  const place = Object.fromEntries(Object.entries(used).map(([side, numbers]) => [side, placed(numbers, bits)]));
  return all_.filter(({ action }) => action.startsWith("send")).map((one) => ({
    ...one,
    seq: place[one.source](one.fields.seq),
    ack: one.fields.ack ? place[one.target](one.fields.ackno) : 0,
  }));
}

/** When each step happens: a second for each; in a timed run a tick takes one, and other steps a microsecond. */
function moments(run) {
  const timed = model.rules.some((rule) => rule.kind === "time");
  let ticks = 0;
  return run.map((step, at) => {
    ticks += model.rules[step.rule].kind === "time";
    return timed ? [ticks, at + 1] : [at + 1, 0];
  });
}

/** The address and port of each side, as documentation has them (RFC 5737). */
function hosts() {
  const [left, right] = lanes();
  const server = [[192, 0, 2, left.length + 1], 80];
  return Object.fromEntries([...left.map((side, at) => [side, [[192, 0, 2, at + 1], 49152]]), ...right.map((side) => [side, server])]);
}

/** The sum of 16-bit words in one's complement (RFC 1071). */
function checksum(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const two = (number) => [(number >>> 8) & 255, number & 255];
const four = (number) => [...two(Math.floor(number / 65536)), ...two(number % 65536)];

/** The IP datagram (RFC 791) with a TCP segment (RFC 9293, 3.1). */
function datagram({ source, target, fields, seq, ack, segment }, where, window) {
  const [[from, sport], [to, dport]] = [where[source], where[target]];
  const flags = fields.fin | (fields.syn << 1) | (fields.rst << 2) | (fields.ack << 4);
  const begins = seq + Number(fields.syn);
  const text = Array.from({ length: fields.text }, (_, at) => 97 + ((begins + at) % 26));
  const tcp = [...two(sport), ...two(dport), ...four(seq), ...four(ack), 0x50, flags, ...two(Math.min(window, 65535)), 0, 0, 0, 0, ...text];
  tcp.splice(16, 2, ...two(checksum([...from, ...to, 0, 6, ...two(tcp.length), ...tcp])));
  const ip = [0x45, 0, ...two(20 + tcp.length), ...two(segment), 0, 0, 64, 6, 0, 0, ...from, ...to];
  ip.splice(10, 2, ...two(checksum(ip)));
  return [...ip, ...tcp];
}

/** The capture file: classic pcap, microseconds, packets that begin with the IP header. */
function capture(packets, where, window, when) {
  const little = (number, size) => Array.from({ length: size }, (_, at) => Math.floor(number / 256 ** at) % 256);
  const bytes = [...little(0xa1b2c3d4, 4), 2, 0, 4, 0, ...little(0, 8), ...little(65535, 4), ...little(101, 4)];
  for (const packet of packets) {
    const data = datagram(packet, where, window);
    const [seconds, micro] = when[packet.step - 1];
    bytes.push(...little(seconds, 4), ...little(micro, 4), ...little(data.length, 4), ...little(data.length, 4), ...data);
  }
  return Uint8Array.from(bytes);
}
