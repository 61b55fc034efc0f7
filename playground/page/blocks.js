// Block Kit turned into nodes. `context` is {names, press(element, value)}; press is awaited while the element rests.
import { el, emoji, link } from "./dom.js";
import { markdown, said } from "./words.js";

export function blocks(list, context) {
  return el("div.blocks", {}, ...list.map((block) => (RENDER[block.type] || unknown)(block, context)));
}

const RENDER = {
  header: (block, { names }) => el("h2.b-header", {}, ...said(block.text, names)),
  section,
  divider: () => el("hr.b-divider"),
  context: (block, { names }) =>
    el("div.b-context", {}, ...block.elements.map((each) => (each.type === "image" ? alt(each) : el("span", {}, ...said(each, names))))),
  actions: (block, context) => el("div.b-actions", {}, ...block.elements.map((each) => element(each, context))),
  rich_text: (block, context) => el("div.said", {}, ...block.elements.map((each) => rich(each, context))),
  markdown: (block) => markdown(block.text),
  image: (block) => alt(block),
  table: (block, context) => el("div.b-table", {}, el("table", {}, ...block.rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, tableCell(cell, context))))))),
  input,
};

function section(block, context) {
  const words = el("div.said");
  if (block.text) words.append(...said(block.text, context.names));
  if (block.fields) words.append(el("div.b-fields", {}, ...block.fields.map((field) => el("div", {}, ...said(field, context.names)))));
  return el("div.b-section", {}, words, block.accessory ? element(block.accessory, context) : null);
}

// Pictures are never fetched: the page shows what they say they show.
const alt = (block) => el("span.b-image", {}, `▨ ${block.alt_text || "image"}`);
const unknown = (block) => el("div.b-unknown", {}, `(a block of type ${block.type}, which this page does not draw)`);

function tableCell(cell, context) {
  if (cell.type === "rich_text") return RENDER.rich_text(cell, context);
  return String(cell.text ?? cell.value ?? "");
}

function element(each, context) {
  if (each.type === "button") return button(each, context);
  if (each.type === "image") return alt(each);
  if (each.options || each.option_groups) return select(each, context);
  return el("span.b-unknown", {}, `(${each.type})`);
}

function button(each, context) {
  if (each.visible_to_user_ids && !each.visible_to_user_ids.includes(context.user)) return null;
  const style = each.style ? `.${each.style}` : "";
  const node = el(`button.press${style}`, { type: "button", "data-action": each.action_id }, ...said(each.text, context.names));
  node.addEventListener("click", async () => {
    if (each.confirm && !(await confirmed(each.confirm, context))) return;
    if (each.url) window.open(each.url, "_blank", "noopener");
    await resting(node, () => context.press(each, each.value));
  });
  return node;
}

function select(each, context) {
  const groups = each.option_groups || [{ options: each.options }];
  const chosen = each.initial_option?.value ?? "";
  const options = groups.flatMap((group) => group.options.map((option) => el("option", { value: option.value, selected: option.value === chosen }, option.text.text)));
  const head = el("option", { value: "", disabled: true, selected: !chosen }, each.placeholder?.text || "More…");
  const node = el("select.pick", { "data-action": each.action_id }, head, ...options);
  node.addEventListener("change", () => resting(node, () => context.press(each, node.value)));
  return node;
}

async function resting(node, work) {
  node.disabled = true;
  try {
    await work();
  } finally {
    node.disabled = false;
  }
}

/** Ask as a confirm object says; true when the person goes on. */
export function confirmed(confirm, context) {
  const dialog = document.getElementById("confirm");
  return new Promise((resolve) => {
    const end = (answer) => () => { dialog.close(); resolve(answer); };
    const yes = confirm.style === "danger" ? "button.press.danger.solid" : "button.press.primary";
    dialog.replaceChildren(
      el("h2", {}, ...said(confirm.title, context.names)),
      el("div.body.said", {}, ...said(confirm.text, context.names)),
      el("footer", {}, el("button.press", { type: "button", click: end(false) }, confirm.deny.text), el(yes, { type: "button", click: end(true) }, confirm.confirm.text)),
    );
    dialog.oncancel = () => resolve(false);
    dialog.showModal();
  });
}

function rich(part, context) {
  if (part.type === "rich_text_preformatted") return el("pre", {}, ...part.elements.map((leaf) => plain(leaf)));
  const children = () => part.elements.map((leaf) => richLeaf(leaf, context));
  if (part.type === "rich_text_quote") return el("blockquote", {}, ...children());
  if (part.type === "rich_text_list") {
    const start = part.offset ? { start: part.offset + 1 } : {};
    const list = el(part.style === "ordered" ? "ol" : "ul", start, ...part.elements.map((item) => el("li", {}, rich(item, context))));
    if (part.indent) list.style.marginLeft = `${part.indent * 24}px`;
    return list;
  }
  return el("div", {}, ...children());
}

const plain = (leaf) => leaf.text ?? leaf.url ?? leaf.name ?? "";

function richLeaf(leaf, { names }) {
  const node = {
    text: () => document.createTextNode(leaf.text),
    link: () => link(leaf.url, leaf.text),
    emoji: () => document.createTextNode(emoji(leaf.name)),
    user: () => el("span.mention", {}, `@${names.user(leaf.user_id)}`),
    channel: () => el("span.mention", {}, `#${names.channel(leaf.channel_id)}`),
    broadcast: () => el("span.mention", {}, `@${leaf.range}`),
    date: () => document.createTextNode(leaf.fallback || new Date(leaf.timestamp * 1000).toLocaleString()),
  }[leaf.type]?.() ?? document.createTextNode(plain(leaf));
  const tags = { bold: "b", italic: "i", strike: "s", code: "code" };
  return Object.keys(tags).filter((style) => leaf.style?.[style]).reduce((inner, style) => el(tags[style], {}, inner), node);
}

function input(block, context) {
  const each = block.element;
  const id = `${block.block_id}-${each.action_id}`;
  const shared = { id, "data-block": block.block_id, "data-action": each.action_id, placeholder: each.placeholder?.text };
  let field;
  if (each.type === "checkboxes" || each.type === "radio_buttons") field = el("div", { id }, ...choices(block, each));
  else if (each.options || each.option_groups) field = select({ ...each, placeholder: each.placeholder || { text: "Choose…" } }, { ...context, press: () => {} });
  else if (each.multiline) field = el("textarea", { ...shared, rows: 4 }, each.initial_value || "");
  else field = el("input", { ...shared, value: each.initial_value || "", type: each.type === "number_input" ? "number" : "text" });
  if (field.dataset) Object.assign(field.dataset, { block: block.block_id, action: each.action_id });
  return el("div.b-input", {},
    el("label", { for: id }, block.label.text, block.optional ? " (optional)" : ""), field,
    block.hint ? el("div.hint", {}, block.hint.text) : null, el("div.wrong", { "data-wrong": block.block_id }));
}

function choices(block, each) {
  const type = each.type === "checkboxes" ? "checkbox" : "radio";
  return each.options.map((option) => el("div", {}, el("label", {}, el("input", { type, name: block.block_id, value: option.value }), ` ${option.text.text}`)));
}

/** What is filled in below `root`, as the submit route wants it. */
export function filledIn(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-block]")) {
    const boxes = [...node.querySelectorAll("input:checked")].map((box) => box.value);
    const several = node.querySelector("input[type=checkbox]");
    const value = node.tagName === "DIV" ? (several ? boxes : boxes[0] ?? "") : node.value;
    values[node.dataset.block] = { [node.dataset.action]: value };
  }
  return values;
}
