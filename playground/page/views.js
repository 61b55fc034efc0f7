// The Home tab and modals.
import { blocks, filledIn } from "./blocks.js";
import { el, keyed, settle } from "./dom.js";

/** The app's Home tab in the place of a channel; `context` as in blocks.js. */
export function drawHome(root, view, context) {
  document.getElementById("room-name").textContent = "Home";
  document.getElementById("room-topic").textContent = "what the app shows to you alone";
  document.getElementById("room-about").textContent = "";
  document.getElementById("thread").hidden = true;
  document.getElementById("join")?.remove();
  const body = () => (view ? blocks(view.blocks, context) : el("p", {}, "The app has not published its Home tab for you."));
  settle(root, [keyed(["home", context.user, view], () => el("div.home", {}, body()))]);
}

let drawn = "";

/** The modal on top of this person's screen, redrawn only when the app changes it, so that typed words stay. */
export function drawModal(view, { names, user, acted }) {
  const dialog = document.getElementById("modal");
  const now = view ? `${user} ${view.id} ${view.hash}` : "";
  if (now === drawn) return;
  drawn = now;
  if (!view) return dialog.close();
  const press = (element, value) => acted("click_modal", { user, action_id: element.action_id, value });
  const form = el("form", {},
    el("h2", {}, view.title.text),
    el("div.body", {}, blocks(view.blocks, { names, user, press })),
    el("footer", {},
      el("button.press", { type: "button", click: () => acted("close_modal", { user, view_id: view.id }) }, view.close?.text || "Close"),
      view.submit ? el("button.press.primary", { type: "submit" }, view.submit.text) : null));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await acted("submit", { user, view_id: view.id, values: filledIn(form) });
    for (const node of form.querySelectorAll("[data-wrong]")) node.textContent = answer?.errors?.[node.dataset.wrong] || "";
  });
  dialog.oncancel = (event) => { event.preventDefault(); acted("close_modal", { user, view_id: view.id }); };
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
}
