// The last calls of the Web API and the last envelopes down the socket.
import { el } from "./dom.js";

const clock = (at) => new Date(at * 1000).toLocaleTimeString([], { hour12: false });
const opened = new Set();

export function drawTraffic(root, lines) {
  root.replaceChildren(...lines.map((line) => {
    const key = `${line.at} ${line.name}`;
    const ok = line.ok ? "" : ".bad";
    const details = el(`details${ok}`, { open: opened.has(key) },
      el("summary", {}, el("span", { title: line.kind === "call" ? "the app calls Slack" : "Slack tells the app" }, line.kind === "call" ? "←" : "→"), el("span.outcome", {}, clock(line.at)), el("span.name", {}, line.name), el("span.outcome", {}, line.note)),
      el("pre", {}, line.body));
    details.addEventListener("toggle", () => (details.open ? opened.add(key) : opened.delete(key)));
    return details;
  }));
}
