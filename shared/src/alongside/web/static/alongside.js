// What a script adds to pages that work without one. Nothing here is needed to do anything.

const body = document.body;

/** Put the reading position where the new page begins: its errors, else its heading. */
function arrive() {
  const start = document.getElementById("error-summary") ?? document.getElementById("page-title");
  start?.focus({ preventScroll: start.id === "page-title" });
}

/** A live region speaks only when it changes while it is there, so what came with the page is said again. */
function announce() {
  const region = document.getElementById("announce");
  if (!region?.childElementCount) return;
  const said = [...region.childNodes];
  region.replaceChildren();
  setTimeout(() => region.replaceChildren(...said), 50);
}

/** Say something that no page brought. */
function say(text) {
  const notice = Object.assign(document.createElement("div"), { className: "notice tone-bad" });
  notice.append(Object.assign(document.createElement("p"), { textContent: text }));
  const region = document.getElementById("announce");
  region?.replaceChildren(notice);
  region?.scrollIntoView({ block: "center" });
}

/** Preselect the browser's own time zone where none is chosen yet. */
function chooseZones(root) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const select of root.querySelectorAll("select[data-detect-zone]")) {
    if (select.value) continue;
    if ([...select.options].some((option) => option.value === here)) select.value = here;
  }
}

function showCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(field.value);
  const label = button.lastChild;
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = before), 2000);
}

/** Ask before a form that cannot be taken back. Resolves to true for yes. */
function ask(question, yes, kind) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", "Please confirm");
  const words = Object.assign(document.createElement("p"), { textContent: question });
  const buttons = Object.assign(document.createElement("form"), { className: "actions", method: "dialog" });
  buttons.setAttribute("hx-boost", "false");
  for (const [value, label, look] of [["", "Go back", "plain"], ["yes", yes, kind]]) {
    const button = Object.assign(document.createElement("button"), { value, textContent: label });
    button.className = `button ${look}`;
    buttons.append(button);
  }
  dialog.append(words, buttons);
  body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function prepare(root) {
  chooseZones(root);
  showCopyButtons(root);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const open = document.querySelector(".dock-more[open]");
  if (open && !open.contains(event.target)) open.open = false;
});

document.addEventListener("keydown", (event) => {
  const open = document.querySelector(".dock-more[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// Captured, so that the question comes before htmx sees the form.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    const kind = submitter?.classList.contains("danger") ? "danger" : "primary";
    if (!(await ask(form.dataset.confirm, submitter?.textContent.trim() || "Yes", kind))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  },
  true,
);

// A link that turns out to be a file is fetched by the browser instead of being poured into the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const type = xhr.getResponseHeader("Content-Type") ?? "";
  if (type.startsWith("text/html") || requestConfig?.verb !== "get") return;
  event.detail.shouldSwap = false;
  location.assign(requestConfig.path);
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target !== document.body && event.detail.elt !== document.body) return;
  prepare(document);
  arrive();
  announce();
});

// No answer at all. A page is left to the browser, which shows its own words if it cannot reach us either;
// what somebody typed stays where it is.
document.addEventListener("htmx:sendError", (event) => {
  const { verb, path } = event.detail.requestConfig ?? {};
  if (verb === "get" && path) location.assign(path);
  else say("There was no answer, and what you typed is still here. Please try again in a moment.");
});

prepare(document);
if (document.getElementById("error-summary")) arrive();
