// Slack's mrkdwn, and a plain Markdown, turned into nodes. `names` looks up users and channels by id.
import { el, emoji, link } from "./dom.js";

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const STYLES = { "*": "b", _: "i", "~": "s" };
const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*_~])([*_~])(?=\S)([^\n]*?\S)\3(?![\w*_~])|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/;

/** mrkdwn as a message's text or a mrkdwn text object carries it. */
export function mrkdwn(text, names) {
  const parts = text.split(/```\n?([\s\S]*?)\n?```\n?/);
  return parts.flatMap((part, index) => (index % 2 ? [el("pre", {}, unescape(part))] : lines(part, names)));
}

function lines(text, names) {
  const nodes = [];
  let quoted = [];
  const all = text.split("\n");
  const close = () => {
    if (quoted.length) nodes.push(el("blockquote", {}, ...inline(quoted.join("\n"), names)));
    quoted = [];
  };
  all.forEach((line, index) => {
    const quote = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quote) return quoted.push(quote[1]);
    const after = quoted.length > 0;
    close();
    nodes.push(...(index && !after ? ["\n"] : []), ...inline(line, names));
  });
  close();
  return nodes;
}

function inline(text, names) {
  const nodes = [];
  let rest = text;
  for (let match = rest.match(INLINE); match; match = rest.match(INLINE)) {
    if (match.index) nodes.push(unescape(rest.slice(0, match.index)));
    nodes.push(piece(match, names));
    rest = rest.slice(match.index + match[0].length);
  }
  return rest ? [...nodes, unescape(rest)] : nodes;
}

function piece([whole, code, token, style, styled, name], names) {
  if (code !== undefined) return el("code", {}, unescape(code));
  if (token !== undefined) return reference(token, names);
  if (style !== undefined) return el(STYLES[style], {}, ...inline(styled, names));
  return name ? emoji(name) : whole;
}

function reference(token, names) {
  const [target, label] = token.split(/\|(.*)/s);
  const id = target.slice(1);
  if (target[0] === "@") return el("span.mention", {}, `@${names.user(id)}`);
  if (target[0] === "#") return el("span.mention", {}, `#${names.channel(id)}`);
  if (target.startsWith("!date")) return unescape(label || "");
  if (target[0] === "!") return el("span.mention", {}, `@${label || id.replace("subteam^", "")}`);
  return link(unescape(target), unescape(label || target));
}

/** The text of a text object: mrkdwn is formatted, plain_text shows what it says. */
export function said(object, names) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return object.text.split(/:([a-z0-9_+'-]+):/).map((part, index) => (index % 2 ? emoji(part) : part));
}

const MD = /`([^`\n]+)`|\*\*(.+?)\*\*|__(.+?)__|\*([^*\n]+)\*|\[([^\]\n]+)\]\(([^)\s]+)\)|~~(.+?)~~/;

function mdInline(text) {
  const nodes = [];
  let rest = text;
  for (let match = rest.match(MD); match; match = rest.match(MD)) {
    const [whole, code, bold, strong, italic, label, url, struck] = match;
    if (match.index) nodes.push(rest.slice(0, match.index));
    if (code !== undefined) nodes.push(el("code", {}, code));
    else if (bold || strong) nodes.push(el("b", {}, ...mdInline(bold || strong)));
    else if (italic) nodes.push(el("i", {}, ...mdInline(italic)));
    else if (url) nodes.push(link(url, label));
    else nodes.push(el("s", {}, struck));
    rest = rest.slice(match.index + whole.length);
  }
  return rest ? [...nodes, rest] : nodes;
}

/** The basics of Markdown: headings, lists, quotes, fences, emphasis, links. */
export function markdown(text) {
  const root = el("div.md");
  text.split(/^```[^\n]*\n([\s\S]*?)\n?```$/m).forEach((part, index) => {
    if (index % 2) return root.append(el("pre", {}, part));
    for (const paragraph of part.split(/\n{2,}/)) if (paragraph.trim()) root.append(...paragraphs(paragraph));
  });
  return root;
}

function paragraphs(text) {
  const nodes = [];
  let list = null;
  let plain = [];
  const flush = () => {
    if (plain.length) nodes.push(el("p", {}, ...mdInline(plain.join("\n"))));
    plain = [];
  };
  for (const line of text.split("\n")) {
    const item = line.match(/^\s*(?:([-*+])|\d+[.)])\s+(.*)$/);
    const heading = line.match(/^#{1,6}\s+(.*)$/);
    const quote = line.match(/^>\s?(.*)$/);
    if (item || heading || quote) flush();
    if (!item) list = null;
    if (item && !list) nodes.push((list = el(item[1] ? "ul" : "ol")));
    if (item) list.append(el("li", {}, ...mdInline(item[2])));
    else if (heading) nodes.push(el("h3", {}, ...mdInline(heading[1])));
    else if (quote) nodes.push(el("blockquote", {}, ...mdInline(quote[1])));
    else plain.push(line);
  }
  flush();
  return nodes;
}
