// Completion: { in the subject or the message offers the variables that the page lists.
const offered = [...document.querySelectorAll("[data-insert]")].map((button) => ({
  name: button.dataset.insert,
  meaning: button.parentElement.querySelector(".sub").textContent,
}));
const BEGUN = /\{[\p{L} ]{0,40}$/u;

const list = document.createElement("ul");
list.id = "variable-list";
list.className = "suggested";
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", form.dataset.variables);
list.hidden = true;

// Where the open brace stands before the caret; -1 where none does.
function begun(area) {
  if (area.selectionStart !== area.selectionEnd) return -1;
  return area.value.slice(0, area.selectionStart).search(BEGUN);
}

function matching(area) {
  const from = begun(area);
  if (from < 0) return [];
  const typed = area.value.slice(from, area.selectionStart).toUpperCase();
  return offered.filter((one) => one.name.startsWith(typed));
}

function hideList() {
  if (list.hidden) return;
  list.hidden = true;
  list.replaceChildren();
  for (const one of fields) {
    one.removeAttribute("aria-activedescendant");
    one.removeAttribute("aria-controls");
  }
}

function choose(option) {
  for (const one of list.children) one.setAttribute("aria-selected", one === option);
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function showList(found) {
  list.replaceChildren(...found.map((one, place) => {
    const option = document.createElement("li");
    const meaning = document.createElement("span");
    option.id = `variable-${place}`;
    option.setAttribute("role", "option");
    option.dataset.name = one.name;
    option.append(one.name, meaning);
    meaning.className = "sub";
    meaning.textContent = one.meaning;
    return option;
  }));
  field.after(list);
  list.hidden = false;
  field.setAttribute("aria-controls", list.id);
  choose(list.firstElementChild);
}

function accept(name) {
  const area = field;
  const to = area.selectionStart + (area.value[area.selectionStart] === "}" ? 1 : 0);
  area.setSelectionRange(begun(area), to);
  hideList();
  insert(name);
}

const keys = {
  ArrowDown: (active) => choose(active.nextElementSibling ?? list.firstElementChild),
  ArrowUp: (active) => choose(active.previousElementSibling ?? list.lastElementChild),
  Enter: (active) => accept(active.dataset.name),
  Escape: hideList,
};

for (const one of fields) {
  one.setAttribute("aria-autocomplete", "list");
  one.addEventListener("input", (event) => {
    const found = event.isComposing ? [] : matching(one);
    if (found.length) showList(found);
    else hideList();
  });
  one.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || !(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key](list.querySelector("[aria-selected=true]"));
  });
  one.addEventListener("blur", hideList);
  one.addEventListener("click", hideList);
}

// The field keeps the focus, and with it the place where the variable goes.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) accept(option.dataset.name);
});
