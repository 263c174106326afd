/* The entry form of one pupil: buttons that fill a place, and parts of the form that the server
   sends anew while one types. Without this file the buttons send the form and come back filled.

   data-copy="hukou" (button, value = the place to fill)   takes text and code of that place
   data-fill-text, data-fill-code (button, value = place)  takes these
   A field whose remark from the server is empty is no longer marked as wrong.
   A part that comes from the server never replaces the field one is in, and keeps what is typed. */
(() => {
  "use strict";

  const text = (place) => document.getElementById(`id_${place}_text`);
  const code = (place) => document.getElementById(`id_${place}_code`);

  const put = (place, value, valueCode) => {
    const field = text(place);
    if (valueCode || !value.endsWith(" ")) {
      field.dispatchEvent(new CustomEvent("choose", { detail: { text: value, code: valueCode } }));
    } else {
      field.value = value; // the beginning of an address: go on typing
    }
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name='use']");
    if (!button || !text(button.value)) return;
    event.preventDefault();
    const { copy, fillText, fillCode } = button.dataset;
    if (copy) put(button.value, text(copy).value, code(copy).value);
    else put(button.value, fillText, fillCode);
  });

  // F2 in the guardian's place takes the pupil's own, as the button beside it does.
  document.addEventListener("focusin", ({ target }) => {
    if (target.id !== "id_guardian_hukou_text") return;
    target.dataset.last = text("hukou").value;
    target.dataset.lastCode = code("hukou").value;
  });

  const remark = (id, fragment) => {
    const field = document.getElementById(id);
    if (fragment.textContent.trim()) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };

  const FIELDS = "input[name], select[name], textarea[name]";

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (target.id.endsWith("_error")) remark(target.id.slice(0, -"_error".length), fragment);
    if (target.contains(document.activeElement)) {
      event.detail.shouldSwap = false;
      return;
    }
    for (const field of fragment.querySelectorAll(FIELDS)) {
      const typed = [...target.querySelectorAll(FIELDS)].find((old) => old.name === field.name);
      if (!typed || field.type === "hidden") continue;
      if (field.type === "checkbox") field.checked = typed.checked;
      else if (typed.value) field.value = typed.value;
    }
  });
})();
