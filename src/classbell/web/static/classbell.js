"use strict";
// Everything here makes a page quicker or kinder; every page works without it.

// A button with data-dialog opens that dialog; without script it submits its form to a page of its own.
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-dialog],[data-close],[data-dismiss]");
  if (!target) return;
  if ("dismiss" in target.dataset) {
    dismiss(target.closest("[data-toast]"));
    return;
  }
  const id = target.dataset.dialog ?? target.dataset.close;
  const dialog = document.getElementById(id);
  if (!dialog) return;
  event.preventDefault();
  if (target.dataset.dialog) {
    if (!dialog.open) dialog.showModal();
    remember(dialog.dataset.address);
  } else {
    dialog.close();
  }
});

// Copies a text that could also be selected by hand, and says so on the button for a moment.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  text.select();
  await navigator.clipboard.writeText(text.value);
  const label = button.lastChild;
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 2000);
});

// Prints the page; every browser can do that without a button, too.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// The address follows the panel, so that it can be sent to somebody and survives a reload.
function remember(address) {
  if (address) history.replaceState(history.state, "", address);
}

// The server sends an open panel as a plain one; with script it becomes modal.
function makeModal() {
  for (const dialog of document.querySelectorAll("dialog[open][data-modal]:not(:modal)")) {
    dialog.close();
    dialog.showModal();
  }
}

// A panel that was opened by its address has no opener to give the focus back to, but a button.
function afterClosing(dialog) {
  remember(dialog.dataset.back);
  for (const form of dialog.querySelectorAll("form")) form.reset();
  const focused = document.activeElement;
  if (focused === document.body || dialog.contains(focused)) {
    document.querySelector(`[data-dialog="${dialog.id}"]`)?.focus();
  }
}
document.addEventListener("close", (event) => {
  if (event.target.matches?.("dialog") && !event.target.open) afterClosing(event.target);
}, true);

function markUnsaved(event) {
  const form = event.target.form;
  if (form?.matches("[data-watch]")) form.dataset.dirty = "";
}
document.addEventListener("input", markUnsaved);
document.addEventListener("reset", (event) => { delete event.target.dataset.dirty; });

// The server names a dialog to close. Closing before the swap lets the browser give the focus back;
// the event of closing itself would come too late, when the dialog has been replaced.
document.addEventListener("close-dialog", (event) => {
  const dialog = document.getElementById(event.detail.value);
  if (!dialog?.open) return;
  // What asks in front of it has its answer; it stands later in the page, and closes first.
  for (const open of [...document.querySelectorAll("dialog[open]")].reverse()) open.close();
  afterClosing(dialog);
});

const toaster = document.getElementById("toaster");
const main = document.getElementById("main");

// A word that is being read, by eye or by keyboard, stays; who dismisses it goes on in the page.
function dismiss(toast) {
  const within = toast.contains(document.activeElement);
  toast.remove();
  if (within) main?.focus({ preventScroll: true });
}
function leaveWhenRead(toast) {
  if (toast.matches(":hover,:focus-within")) setTimeout(leaveWhenRead, 1000, toast);
  else toast.remove();
}
function startTimers() {
  for (const toast of toaster.querySelectorAll("[data-toast]:not([data-timed])")) {
    toast.dataset.timed = "";
    setTimeout(leaveWhenRead, 8000, toast);
  }
}
if (toaster) {
  new MutationObserver(startTimers).observe(toaster, { childList: true });
  startTimers();
}

// A form that leaves for Microsoft is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if ("sent" in form.dataset) event.preventDefault();
  form.dataset.sent = "";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A part of a page may be replaced while something in it has the focus, also by itself. The focus
// then goes to what stands there now and does the same; to the page where there is no such thing.
let focused;
function doesTheSame(element) {
  const words = element.getAttribute("aria-label") ?? element.textContent.trim();
  return [element.localName, element.getAttribute("href") ?? words, element.name].join();
}
function keepFocus() {
  const before = focused;
  focused = undefined;
  if (!before || before.isConnected) return;
  const shown = document.querySelector("dialog:modal") ?? document;
  const placed = shown === document ? document.activeElement !== document.body : shown.querySelector("[autofocus]");
  if (placed) return;
  const now = [...shown.querySelectorAll(before.localName)];
  const same = now.find((one) => doesTheSame(one) === doesTheSame(before));
  if (same) same.focus({ preventScroll: true });
  else if (shown === document) main?.focus({ preventScroll: true });
}
document.addEventListener("htmx:beforeSwap", () => {
  const now = document.activeElement;
  focused = now === document.body ? undefined : now;
});

makeModal();
document.addEventListener("htmx:afterSettle", () => {
  makeModal();
  keepFocus();
});

// A part of a page that could not be made says so where it can be read.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.xhr.getResponseHeader("X-Classbell-Problem") || event.detail.shouldSwap) return;
  event.detail.shouldSwap = true;
  event.detail.target = toaster;
  event.detail.swapOverride = "beforeend";
});
function sayUnreachable(event) {
  if (event.detail.xhr?.getResponseHeader("X-Classbell-Problem")) return;
  toaster?.append(document.getElementById("unreachable").content.cloneNode(true));
}
document.addEventListener("htmx:sendError", sayUnreachable);
document.addEventListener("htmx:responseError", sayUnreachable);
