// Talking to the workspace's control routes.
import { toast } from "./dom.js";

/** Do something as a person; the answer, or null after saying why not. */
export async function act(gesture, body) {
  let answer;
  try {
    const response = await fetch(`/_control/${gesture}`, { method: "POST", body: JSON.stringify(body) });
    answer = await response.json();
  } catch {
    toast("The workspace does not answer: is it still running?");
    return null;
  }
  if (!answer.ok) {
    toast(answer.error);
    return null;
  }
  if (answer.acked === false) toast(answer.problem ? `⚠ ${answer.problem}: the app did not respond.` : "⚠ The app did not respond in time.");
  return answer;
}

/** What this person's window shows; null when nothing changed since `version`, undefined when the workspace is away. */
export async function look(user, channel, thread, version) {
  const query = new URLSearchParams({ user, channel, thread, version });
  try {
    const screen = await (await fetch(`/_control/screen?${query}`)).json();
    return screen.unchanged ? null : screen;
  } catch {
    return undefined;
  }
}
