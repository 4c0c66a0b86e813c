"use strict";
// The template editor: tools, variables, a preview that follows, and a word before work is lost.
const form = document.getElementById("template");
const fields = [document.getElementById("subject"), document.getElementById("message")];
let field = fields[1];

// What the browser itself inserts can be undone by the browser's own keys.
function insert(text, from, to) {
  field.focus();
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text);
  if (from !== undefined) field.setSelectionRange(from, to);
}

function wrap(before, inside, after) {
  const start = field.selectionStart + before.length;
  insert(before + inside + after, start, start + inside.length);
}

const formats = {
  b: (chosen) => wrap("<b>", chosen, "</b>"),
  i: (chosen) => wrap("<i>", chosen, "</i>"),
  link: (chosen) => {
    const start = field.selectionStart + '<a href="'.length;
    insert(`<a href="https://">${chosen}</a>`, start, start + "https://".length);
  },
  list: (chosen) => {
    const points = chosen.split("\n").map((line) => `<li>${line}</li>`);
    insert(`<ul>\n${points.join("\n")}\n</ul>`);
  },
  button: (chosen, link) => {
    const before = `<a class="button" href="${link}">`;
    wrap(before, chosen, "</a>");
  },
};

for (const one of fields) one.addEventListener("focus", () => { field = one; });

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert],[data-format]");
  if (!button) return;
  if (button.dataset.insert) {
    insert(button.dataset.insert);
    return;
  }
  field = fields[1];
  const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
  formats[button.dataset.format](chosen, button.parentElement.dataset.link);
});

fields[1].addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== "b" && key !== "i")) return;
  event.preventDefault();
  document.querySelector(`[data-format="${key}"]`).click();
});

// A new frame each time, so that typing leaves no steps in the browser's history.
let timer;
function preview() {
  const old = document.getElementById("preview");
  const fresh = old.cloneNode();
  fresh.removeAttribute("src");
  old.replaceWith(fresh);
  form.requestSubmit(document.getElementById("show-preview"));
}
function previewSoon() {
  clearTimeout(timer);
  timer = setTimeout(preview, 600);
}

// What is typed is nobody's yet, neither the product's nor the catalog's.
function markChanged(control) {
  form.dataset.dirty = "";
  const state = control.closest(".field:has([data-state]),fieldset")?.querySelector("[data-state]");
  if (state) state.firstElementChild.textContent = form.dataset.changed;
}

form.addEventListener("input", (event) => {
  if (!("choice" in event.target.dataset)) markChanged(event.target);
  previewSoon();
});
document.addEventListener("htmx:afterSettle", previewSoon);

let leaving = false;
form.addEventListener("submit", (event) => { leaving = !event.submitter?.formTarget; });
window.addEventListener("beforeunload", (event) => {
  if (!leaving && "dirty" in form.dataset) event.preventDefault();
});
window.addEventListener("pageshow", () => { leaving = false; });

// After an error the page still holds what was typed, and the frame what is stored.
if ("dirty" in form.dataset) preview();
