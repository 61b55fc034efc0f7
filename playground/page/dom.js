// Building elements. Foreign text only ever becomes a text node, so nothing in it can turn into markup.

/** An element: `el("a.link", {href}, child, ...)`. Functions become listeners, true sets an attribute, null is left out. */
export function el(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** A link if its scheme is harmless, otherwise its label as plain text. */
export function link(url, label) {
  if (!/^(https?:|mailto:)/i.test(url)) return document.createTextNode(label || url);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label || url);
}

/** A node remembered by what it shows: the builder runs again when `settle` finds no node with the same key. */
export const keyed = (key, build) => ({ key: JSON.stringify(key), build });

/** Make `root` hold these keyed nodes, touching only what changed, so that focus, selection and open menus stay. */
export function settle(root, wanted) {
  const old = new Map([...root.children].map((node) => [node.shows, node]));
  const nodes = wanted.map(({ key, build }) => {
    const kept = old.get(key);
    old.delete(key);
    return kept || Object.assign(build(), { shows: key });
  });
  const staying = new Set(nodes);
  for (const node of [...root.children]) if (!staying.has(node)) node.remove();
  let next = root.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else root.insertBefore(node, next);
  }
}

export function toast(text) {
  const note = el("div.toast", {}, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

const EMOJI = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", eyes: "👀", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️",
  tada: "🎉", rocket: "🚀", bug: "🐛", fire: "🔥", sob: "😭", smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔",
  pray: "🙏", wave: "👋", heart: "❤️", hourglass: "⌛", hourglass_flowing_sand: "⏳", mag: "🔍", hammer_and_wrench: "🛠️",
  wrench: "🔧", memo: "📝", link: "🔗", lock: "🔒", no_entry: "⛔", octagonal_sign: "🛑", red_circle: "🔴",
  large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪", bulb: "💡", question: "❓",
  speech_balloon: "💬", bell: "🔔", mute: "🔇", zap: "⚡", sunny: "☀️", crescent_moon: "🌙", coffee: "☕", joy: "😂",
  seedling: "🌱", ship: "🚢", recycle: "♻️", arrows_counterclockwise: "🔄", double_vertical_bar: "⏸️", robot_face: "🤖",
  arrow_forward: "▶️", calendar: "📅", construction: "🚧", globe_with_meridians: "🌐",
  grey_question: "❔", heavy_plus_sign: "➕", inbox_tray: "📥", left_right_arrow: "↔️",
  no_entry_sign: "🚫", repeat: "🔁", twisted_rightwards_arrows: "🔀", zzz: "💤", raised_hand: "✋", crossed_fingers: "🤞",
  bar_chart: "📊", bust_in_silhouette: "👤",
  alarm_clock: "⏰", fast_forward: "⏩", point_down: "👇", raised_hands: "🙌", ramen: "🍜", shrug: "🤷",
};

export function emoji(name) {
  return EMOJI[name.split("::")[0]] || `:${name}:`;
}

export const REACTIONS = ["mag", "eyes", "+1", "white_check_mark", "tada"];
