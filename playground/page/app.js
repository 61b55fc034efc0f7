// The page: what is open, and redrawing it whenever the workspace says that something changed.
import { composer } from "./composer.js";
import { el, keyed, settle } from "./dom.js";
import { draw } from "./messages.js";
import { act, look } from "./server.js";
import { drawTraffic } from "./traffic.js";
import { drawHome, drawModal } from "./views.js";

const by = (id) => document.getElementById(id);
const HOME = "home";
const POLL_MS = 400;
const at = { user: localStorage.getItem("user") || "", channel: "", thread: "", version: -1, seen: {}, wanted: "" };
let screen = null;
let looking = false;

const names = {
  person: (id) => screen.users.find((user) => user.id === id) || { id: id || "?", display: id || "?", kind: "" },
  user: (id) => names.person(id).display,
  channel: (id) => screen.channels.find((channel) => channel.id === id)?.name || id,
};
const room = () => screen.channels.find((channel) => channel.id === at.channel);
const me = (body) => ({ user: at.user, channel: at.channel, ...body });

const on = {
  press: (message, element, value) => acted("click", me({ ts: message.ts, action_id: element.action_id, value })),
  react: (message, name, own) => acted(own ? "unreact" : "react", me({ ts: message.ts, name })),
  shortcut: (message, shortcut) => acted("shortcut", me({ ts: message.ts, callback_id: shortcut.callback_id })),
  delete: (message) => acted("delete", me({ ts: message.ts })),
  edit: (message) => {
    const text = window.prompt("Edit your message", message.text);
    return text && text !== message.text ? acted("edit", me({ ts: message.ts, text })) : null;
  },
  thread: (ts) => { open({ thread: ts }); threadComposer.focus(); },
};

const say = (thread_ts) => (text) => acted("say", me({ text, thread_ts }));
const roomComposer = composer(by("composer"), {
  inThread: false,
  on: { commands: () => screen?.app.commands || [], send: (text) => say(null)(text), command: (command, text) => acted("command", me({ command, text })) },
});
const threadComposer = composer(by("thread-composer"), { inThread: true, on: { commands: () => [], send: (text) => say(at.thread)(text), command: () => null } });

async function acted(gesture, body) {
  const answer = await act(gesture, body);
  await refresh();
  return answer;
}

function open(change) {
  Object.assign(at, change, { version: -1 });
  if (change.channel) at.thread = change.thread || "";
  if (change.channel === HOME) act("open_home", { user: at.user });
  by("messages").scrollTop = 1e9;
  refresh();
}

async function refresh() {
  if (looking) return;
  looking = true;
  const asked = { ...at };
  const found = await look(at.user, at.channel, at.thread, at.version);
  looking = false;
  if (asked.user !== at.user || asked.channel !== at.channel || asked.thread !== at.thread) return refresh();
  if (found === undefined) return offline();
  if (!found) return null;
  screen = found;
  if (arrive()) return refresh();
  at.version = screen.version;
  return redraw();
}

/** On the first look: choose a person and a channel. True when a second look is needed. */
function arrive() {
  const people = screen.users.filter((user) => user.kind !== "app" && !user.deleted);
  if (!people.some((user) => user.id === at.user)) {
    at.user = people[0]?.id || "";
    return Boolean(at.user);
  }
  const before = at.channel;
  const link = location.pathname.match(/^\/archives\/(\w+)\/p(\d+)(\d{6})$/);
  if (link && !at.channel) {
    at.channel = link[1];
    at.wanted = `${link[2]}.${link[3]}`;
    at.thread = new URLSearchParams(location.search).get("thread_ts") || at.wanted;
  } else if (!at.channel || (at.channel !== HOME && !room() && screen.channels.length)) {
    at.channel = screen.channels.find((channel) => channel.is_member)?.id || HOME;
  }
  return before !== at.channel;
}

function offline() {
  by("link-state").textContent = "workspace away";
  by("link-state").className = "";
}

function redraw() {
  drawSide();
  const home = at.channel === HOME;
  by("composer").hidden = home;
  if (home) {
    drawHome(by("messages"), screen.home, { names, user: at.user, press: (element, value) => acted("click_home", { user: at.user, action_id: element.action_id, value }) });
  } else {
    drawRoom();
  }
  drawModal(screen.modal, { names, user: at.user, acted });
  if (!by("traffic").hidden) drawTraffic(by("traffic-lines"), screen.traffic);
}

function drawSide() {
  by("team").textContent = screen.team.name;
  document.title = `${screen.team.name} · playground`;
  by("link-state").textContent = screen.app.connected ? "app connected" : "app away";
  by("link-state").className = screen.app.connected ? "on" : "";
  const people = screen.users.filter((user) => user.kind !== "app" && !user.deleted);
  const who = by("act-as");
  if (who.childElementCount !== people.length) {
    who.replaceChildren(...people.map((user) => el("option", { value: user.id }, user.display + (user.title || user.kind ? ` (${user.title || user.kind})` : ""))));
  }
  who.value = at.user;
  if (room()) at.seen[at.channel] = room().latest;
  const channels = screen.channels.map((channel) => {
    const unread = channel.is_member && channel.latest > (at.seen[channel.id] || "") ? ".unread" : "";
    const glyph = () => (channel.is_private ? el("span.lock", { title: "private" }) : "#");
    return keyed([channel.id, channel.name, unread, at.channel === channel.id], () => item(channel.id, glyph(), channel.name, unread));
  });
  settle(by("channels"), channels);
  settle(by("apps"), [keyed([HOME, at.channel === HOME], () => item(HOME, "⌂", `${screen.app.name} Home`, ""))]);
}

function item(id, glyph, label, unread) {
  const button = el("button", { type: "button", "aria-current": String(at.channel === id), click: () => open({ channel: id }) }, el("span.glyph", {}, glyph), el("span.label", {}, label));
  return el(`li${unread}`, {}, button);
}

function drawRoom() {
  const here = room();
  by("room-name").textContent = here ? `${here.is_private ? "" : "# "}${here.name}` : "No such channel";
  by("room-topic").textContent = [here?.is_private ? "private channel" : "", here?.topic].filter(Boolean).join(" · ");
  by("room-about").textContent = here ? `${here.members} members${here.has_app ? "" : ", without the app"}` : "";
  const shown = { names, user: at.user, app: screen.app, on };
  draw(by("messages"), screen.messages, { ...shown, inThread: false });
  by("thread").hidden = !screen.thread.length;
  if (screen.thread.length) draw(by("replies"), screen.thread, { ...shown, inThread: true });
  by("thread-where").textContent = here ? `#${here.name}` : "";
  roomComposer.placeholder(`Message #${here?.name || ""}`);
  threadComposer.placeholder("Reply…");
  find();
  const outside = here && !here.is_member;
  by("composer").classList.toggle("outside", Boolean(outside));
  by("composer").hidden = !here || outside;
  by("join")?.remove();
  if (outside) by("composer").after(el("div.composer", { id: "join" }, el("div.join", {}, `You are not in #${here.name}.`, el("button.press.primary", { type: "button", click: () => acted("join", me({})) }, "Join"))));
}

/** A permalink's message is pointed at once. */
function find() {
  const node = at.wanted && document.querySelector(`#messages [data-ts="${CSS.escape(at.wanted)}"]`);
  if (!node) return;
  node.classList.add("found");
  node.scrollIntoView({ block: "center" });
  at.wanted = "";
}

by("act-as").addEventListener("change", (event) => {
  localStorage.setItem("user", event.target.value);
  at.seen = {};
  open({ user: event.target.value });
  if (at.channel === HOME) act("open_home", { user: at.user });
});
by("thread-close").addEventListener("click", () => open({ thread: "" }));
const toggleTraffic = () => {
  by("traffic").hidden = !by("traffic").hidden;
  by("traffic-toggle").setAttribute("aria-expanded", String(!by("traffic").hidden));
  open({});
};
by("traffic-toggle").addEventListener("click", toggleTraffic);
by("traffic-close").addEventListener("click", toggleTraffic);
setInterval(refresh, POLL_MS);
refresh();
