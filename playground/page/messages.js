// A list of messages: people's words, the app's blocks, marks, threads.
import { blocks } from "./blocks.js";
import { el, emoji, keyed, REACTIONS, settle } from "./dom.js";
import { mrkdwn } from "./words.js";

const COLOURS = ["#0b6e76", "#8a4b9e", "#b3602b", "#3d6db5", "#5b7a2e", "#a63d57", "#4d5a66"];

export const clock = (ts) => new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const day = (ts) => new Date(Number(ts) * 1000).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });

/** Redraw `root` with these messages, staying at the bottom if it was there. `shown` is {names, user, app, inThread, on}. */
export function draw(root, messages, shown) {
  const atBottom = root.scrollHeight - root.scrollTop - root.clientHeight < 60;
  const top = root.scrollTop;
  const nodes = [];
  messages.forEach((message, index) => {
    const today = day(message.ts);
    if (!shown.inThread && (index === 0 || day(messages[index - 1].ts) !== today)) nodes.push(keyed(["day", today], () => el("div.day", {}, today)));
    nodes.push(keyed([message, shown.user], () => one(message, shown)));
  });
  if (!nodes.length) nodes.push(keyed("empty", () => el("p.empty", {}, "Nothing has been said here yet.")));
  settle(root, nodes);
  root.scrollTop = atBottom ? root.scrollHeight : top;
}

function one(message, shown) {
  const gone = message.subtype === "tombstone";
  const person = shown.names.person(message.user);
  const kind = message.is_ephemeral ? ".ephemeral" : "";
  return el(`article.message${kind}`, { "data-ts": message.ts },
    avatar(person),
    el("div", {},
      message.is_ephemeral ? el("div.only", {}, "Only visible to you") : null,
      el("div.who", {}, el("b", {}, gone ? "Slackbot" : person.display), person.kind ? el("span.badge", {}, person.kind) : null,
        el("time", { title: message.ts }, clock(message.ts)),
        message.subtype === "thread_broadcast" ? el("span.only", {}, "replied to a thread") : null),
      content(message, shown),
      ...(message.files || []).map((file) => el("div", {}, el("a.file", { href: new URL(file.url_private).pathname, target: "_blank" }, `▤ ${file.title}`, el("small", {}, `${file.size} bytes`)))),
      marks(message, shown), replies(message, shown)),
    gone ? null : tools(message, shown));
}

function avatar(person) {
  const node = el("div.avatar", { "aria-hidden": "true" }, person.display.slice(0, 1).toUpperCase());
  node.style.background = person.kind === "app" ? "#22313f" : COLOURS[[...person.id].reduce((sum, c) => sum + c.charCodeAt(0), 0) % COLOURS.length];
  return node;
}

function content(message, shown) {
  const edited = message.edited && !message.bot_id ? el("span.edited", {}, " (edited)") : null;
  const own = message.bot_id || message.is_ephemeral;
  if (own && message.blocks?.length) {
    const press = (element, value) => shown.on.press(message, element, value);
    return blocks(message.blocks, { names: shown.names, user: shown.user, press });
  }
  return el("div.text", {}, ...mrkdwn(message.text || "", shown.names), edited);
}

function marks(message, shown) {
  if (!message.reactions?.length) return null;
  return el("div.marks", {}, ...message.reactions.map(({ name, users, count }) => {
    const own = users.includes(shown.user);
    return el(`button.mark${own ? ".own" : ""}`, { type: "button", title: `${users.map(shown.names.user).join(", ")} reacted with :${name}:`, click: () => shown.on.react(message, name, own) }, `${emoji(name)} ${count}`);
  }));
}

function replies(message, shown) {
  if (shown.inThread || !message.reply_count) return null;
  const many = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return el("div", {}, el("button.replies", { type: "button", click: () => shown.on.thread(message.ts) }, many, el("small", {}, `last at ${clock(message.latest_reply)}`)));
}

function tools(message, shown) {
  if (message.is_ephemeral) return null;
  const tool = (label, title, click) => el("button", { type: "button", title, click }, label);
  const own = message.user === shown.user;
  return el("div.tools", {},
    ...REACTIONS.map((name) => tool(emoji(name), `React with :${name}:`, () => shown.on.react(message, name, false))),
    shown.inThread ? null : tool("Reply", "Reply in thread", () => shown.on.thread(message.thread_ts || message.ts)),
    ...shown.app.shortcuts.map((shortcut) => tool(shortcut.name, "Message shortcut of the app", () => shown.on.shortcut(message, shortcut))),
    own ? tool("Edit", "Edit your message", () => shown.on.edit(message)) : null,
    own ? tool("Delete", "Delete your message", () => shown.on.delete(message)) : null);
}
