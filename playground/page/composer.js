// Where one types. "/" lists the app's commands; in a thread Slack refuses them, and so does this.
import { el, toast } from "./dom.js";

/** Fill `form` with a composer. `on` is {send(text), command(command, text), commands()}; `inThread` refuses commands. */
export function composer(form, { inThread, on }) {
  const text = el("textarea", { rows: 1, "aria-label": inThread ? "Reply" : "Message" });
  const hint = el("div.hint");
  let menu = null;

  const clear = () => { menu?.remove(); menu = null; };
  const offered = () => {
    const typed = text.value.match(/^\/\S*$/);
    return typed && !inThread ? on.commands().filter((each) => each.command.startsWith(typed[0])) : [];
  };
  const complete = (command) => { text.value = `${command} `; clear(); text.focus(); };

  function typing() {
    clear();
    hint.classList.toggle("wrong", inThread && text.value.startsWith("/"));
    hint.textContent = inThread && text.value.startsWith("/") ? "Slash commands are not supported in threads." : "";
    const commands = offered();
    if (commands.length) {
      menu = el("div.menu", {}, ...commands.map((each) => el("button", { type: "button", click: () => complete(each.command) }, el("b", {}, each.command), el("small", {}, [each.usage_hint, each.description].filter(Boolean).join(" · ")))));
      form.append(menu);
    }
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  }

  async function send() {
    const value = text.value.trim();
    if (!value) return;
    const command = value.match(/^(\/[a-z][\w-]*)\s*([\s\S]*)$/);
    if (command && inThread) return toast(`${command[1]} is not supported in threads. Sorry!`);
    text.value = "";
    typing();
    const done = command ? await on.command(command[1], command[2]) : await on.send(value);
    if (!done && !text.value) { text.value = value; typing(); }
  }

  text.addEventListener("input", typing);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") clear();
    const commands = offered();
    if (event.key === "Tab" && commands.length) { event.preventDefault(); complete(commands[0].command); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.replaceChildren(text, hint);
  return { placeholder: (words) => { text.placeholder = words; }, focus: () => text.focus() };
}
