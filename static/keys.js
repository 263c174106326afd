/* Keys for people who type all day. Every key repeats something that can also be done with the mouse,
   and without this file every page still works.

   data-enter-moves (form)   Enter goes to the next field, Shift+Enter back
   data-primary (button)     Ctrl+Enter presses it
   fieldset.group            Alt+1 … Alt+9 go to its first field, opening its fold where nothing else is
   data-last (field)         F2 takes this value; data-last-code beside it for a chosen address
   data-rows (table)         j and k move, x selects, Enter opens the row's link
   data-key="n" (a, button)  that key follows the link, or goes to the submit button without pressing it;
                             a radio button it chooses
   data-keys (link)          ? opens the table of keys */
(() => {
  "use strict";

  const NOT_TYPED = ["checkbox", "radio", "button", "submit", "reset", "file", "image", "range", "color"];
  const isTyped = (element) =>
    element.matches("textarea, select, [contenteditable='true']") ||
    (element.matches("input") && !NOT_TYPED.includes(element.type));
  const NO_STOP = ["hidden", "submit", "button", "reset", "image", "file"];
  // what is folded away has a place on the page in newer browsers, and still is no stop
  const isFolded = (element) => element.closest("details:not([open]) > :not(summary)") !== null;
  const isVisible = (element) => element.getClientRects().length > 0 && !isFolded(element);

  /* ---- forms: from field to field ---- */
  const stops = (form) => {
    const seen = new Map();
    for (const element of form.elements) {
      if (!element.matches("input, select, textarea") || element.disabled || element.readOnly) continue;
      if (NO_STOP.includes(element.type)) continue;
      if (element.tabIndex < 0 || !isVisible(element)) continue;
      const key = element.type === "radio" ? `radio ${element.name}` : element;
      if (!seen.has(key) || element.checked) seen.set(key, element);
    }
    return [...seen.values()];
  };

  const arrive = (element) => {
    element.focus();
    if (element.matches("input") && isTyped(element)) element.select();
  };

  const move = (from, step) => {
    const fields = stops(from.form);
    const same = (field) => field === from || (from.type === "radio" && field.name === from.name);
    const next = fields[fields.findIndex(same) + step];
    if (next) arrive(next);
    else if (step > 0) from.form.querySelector("[data-primary]")?.focus();
  };

  const moves = (element) =>
    element.form?.matches("[data-enter-moves]") &&
    element.matches("input, select") &&
    !NO_STOP.includes(element.type);

  const press = (from) => {
    const form = from.closest("form");
    const button = (form ?? document).querySelector("[data-primary]");
    if (!button || button.disabled) return false;
    button.click();
    return true;
  };

  const group = (from, number) => {
    const place = from.closest("form") ?? document.querySelector("form:has(fieldset.group)");
    const fieldset = place?.querySelectorAll("fieldset.group")[number - 1];
    const inside = () => fieldset && stops(place).find((field) => fieldset.contains(field));
    const fold = fieldset?.querySelector(":scope > details.fold");
    if (fold && !inside()) fold.open = true;
    const first = inside();
    if (first) arrive(first);
    return Boolean(first);
  };

  const takeLast = (field) => {
    const { last, lastCode } = field.dataset;
    if (lastCode !== undefined) {
      field.dispatchEvent(new CustomEvent("choose", { detail: { text: last, code: lastCode } }));
      return;
    }
    if (field.type === "checkbox") field.checked = ["1", "true", "on"].includes(last);
    else field.value = last;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  /* ---- lists: from row to row ---- */
  const rowOf = (element) => element.closest("table[data-rows] tbody tr");
  const linkOf = (row) => row.querySelector("[data-open], th a[href], td a[href]");
  const boxOf = (row) => row.querySelector("input[type='checkbox']:not(:disabled)");

  const step = (by) => {
    const rows = [...document.querySelectorAll("table[data-rows] tbody tr")].filter(
      (row) => isVisible(row) && (linkOf(row) || boxOf(row)),
    );
    if (!rows.length) return false;
    const at = rows.indexOf(rowOf(document.activeElement));
    const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
    if (row) (linkOf(row) ?? boxOf(row)).focus();
    return true;
  };

  const toggle = () => {
    const row = rowOf(document.activeElement);
    const box = row && boxOf(row);
    if (box) box.click();
    return Boolean(box);
  };

  const boxes = (table) => [...table.querySelectorAll("tbody .pick input:not(:disabled)")];
  const headBox = (table) => table.querySelector("thead .pick input");

  const agree = (table) => {
    const head = headBox(table);
    if (!head) return;
    const all = boxes(table);
    const chosen = all.filter((box) => box.checked).length;
    head.checked = all.length > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  };

  document.addEventListener("change", ({ target }) => {
    const table = target.closest?.("table");
    if (!table || !target.matches(".pick input")) return;
    if (target === headBox(table)) for (const box of boxes(table)) box.checked = target.checked;
    agree(table);
  });
  const agreeAll = (root) => {
    for (const table of root.querySelectorAll("table:has(thead .pick)")) agree(table);
  };
  agreeAll(document);
  document.addEventListener("htmx:load", ({ target }) => agreeAll(target));

  /* ---- the page: search, table of keys, keys of single buttons, what is folded out ---- */
  const showKeys = () => {
    const dialog = document.getElementById("keys");
    if (!dialog?.showModal) return false;
    if (!dialog.open) dialog.showModal();
    return true;
  };

  const find = () => {
    const field = document.querySelector(".find input[type=search]");
    field?.focus();
    field?.select();
    return Boolean(field);
  };

  const own = (key) => {
    const element = [...document.querySelectorAll("[data-key]")].find(
      (candidate) => candidate.dataset.key === key && isVisible(candidate) && !candidate.disabled,
    );
    if (!element) return false;
    if (element.type !== "submit") element.click();
    if (["submit", "radio"].includes(element.type)) element.focus();
    return true;
  };

  const OPEN = "details.post[open], details.drop[open]";
  const fold = (from) => {
    const open = from.closest(OPEN) ?? document.querySelector(OPEN);
    if (!open) return false;
    open.open = false;
    open.querySelector("summary").focus();
    return true;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]") && showKeys()) event.preventDefault();
    for (const open of document.querySelectorAll(OPEN)) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  const plainKey = (key) => {
    if (key === "/") return find();
    if (key === "?") return showKeys();
    if (key === "x") return toggle() || own(key);
    if (key === "j") return step(1) || own(key);
    if (key === "k") return step(-1) || own(key);
    return key.length === 1 && own(key);
  };

  const onEnter = (event) => {
    const { target } = event;
    if (moves(target)) {
      move(target, event.shiftKey ? -1 : 1);
      return true;
    }
    // Enter on a ticked row must never send the whole list.
    const row = target.matches("input[type='checkbox']") && rowOf(target);
    if (row) linkOf(row)?.click();
    return Boolean(row);
  };

  const handled = (event) => {
    const { key, target } = event;
    const control = event.ctrlKey || event.metaKey;
    if (key === "Enter" && control) return !event.repeat && press(target);
    if (event.altKey && !control && /^Digit[1-9]$/.test(event.code)) return group(target, Number(event.code[5]));
    if (control || event.altKey) return false;
    if (key === "F2" && target.dataset.last !== undefined) return takeLast(target) ?? true;
    if (key === "Enter") return onEnter(event);
    if (document.querySelector("dialog:modal")) return false;
    if (key === "Escape") return fold(target);
    return !isTyped(target) && plainKey(event.shiftKey ? key : key.toLowerCase());
  };

  document.addEventListener("keydown", (event) => {
    // While an input method composes, Enter and letters belong to it.
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (event.target instanceof Element && handled(event)) event.preventDefault();
  });
})();
