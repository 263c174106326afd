/* A day is typed, 2026-09-01 or 20260901, in every browser alike: the browser's own field has the order of
   the browser's language. 「日历」 opens the browser's calendar. Without this file the day is typed.

   data-day (input)   the field; data-latest the last day that the calendar offers */
(() => {
  "use strict";

  const SHAPE = /^(\d{4})-(\d{1,2})-(\d{1,2})$|^(\d{4})(\d{2})(\d{2})$/;
  const iso = (text) => {
    const parts = SHAPE.exec(text.trim().replace(/日$/, "").replace(/[年月/.]/g, "-"));
    if (!parts) return "";
    const [year, month, day] = parts.slice(1).filter(Boolean);
    return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  };

  const make = (name, attributes) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  const dress = (input) => {
    const box = make("span", { class: "day" });
    const label = input.getAttribute("aria-label") ?? input.labels[0]?.textContent.trim() ?? "";
    const button = make("button", { type: "button", class: "btn" });
    // of no form: it is neither sent nor checked
    const calendar = make("input", { type: "date", form: "", tabindex: "-1", "aria-hidden": "true" });

    button.textContent = "日历";
    if (label) button.setAttribute("aria-description", label);
    if (input.dataset.latest) calendar.max = input.dataset.latest;
    button.disabled = input.disabled || input.readOnly;
    input.before(box);
    box.append(input, button, calendar);
    input.dataset.day = "dressed";
    input.addEventListener("change", () => { input.value = iso(input.value) || input.value; });
    button.addEventListener("click", () => {
      calendar.value = iso(input.value);
      calendar.showPicker();
    });
    calendar.addEventListener("change", (event) => {
      event.stopPropagation();
      if (!calendar.value) return;
      input.value = calendar.value;
      input.focus();
      for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    });
    calendar.addEventListener("input", (event) => event.stopPropagation());
  };

  const dressAll = (root) => root.querySelectorAll("input[data-day='']").forEach(dress);
  dressAll(document);
  document.addEventListener("htmx:load", ({ target }) => dressAll(target));
})();
