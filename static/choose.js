/* Choosing a place by typing: an ARIA combobox over <input data-choose="/divisions/?q=" data-code-target="#id_code">.

   The server answers with <li role="option" data-code="…" data-name="…" data-text="…">…</li> rows, best first;
   none means no such place. Only an option that one moved to or pointed at is taken; Enter without one goes on
   in the form. Choosing fills the text (the name, with the door that was typed behind it) and the hidden code
   and stays in the field: what is typed behind the chosen name (a house number) keeps the code; changing the
   name itself clears it. Without this file the text is sent as typed and the server finds the code. data-chosen
   names the part of a stored text that the code stands for. */
(() => {
  "use strict";

  const PAUSE = 150;
  const DIVISION = /^\d{12}$/;
  let serial = 0;

  const make = (tag, properties, attributes = {}) => {
    const element = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  const prepare = (input) => {
    if (input.hasAttribute("aria-autocomplete")) return;
    const code = document.querySelector(input.dataset.codeTarget);
    const id = `choose-${(serial += 1)}`;
    const label = document.querySelector(`label[for="${input.id}"]`);
    const list = make("ul", { id, className: "choose-list", hidden: true }, { role: "listbox" });
    list.setAttribute("aria-label", "可选的地方"); // not the field's own label: that names one element
    const state = make("p", { className: "hidden" }, { role: "status" });
    const shown = make("span", { className: "from" });
    label?.parentElement.append(shown);
    input.after(list, state);
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": id,
    })) input.setAttribute(name, value);

    let chosen = input.dataset.chosen ?? (code?.value ? input.value : "");
    let active = null;
    let timer = 0;
    let request = null;
    let isStale = false; // typed since the options came
    let wantsFirst = false; // ArrowDown came before the answer

    const say = (text, isVisible = false) => {
      state.textContent = text;
      state.className = text && isVisible ? "help" : "hidden";
    };

    const showCode = () => {
      shown.textContent = DIVISION.test(code?.value) ? code.value : ""; // an office has only our own id
    };

    const setCode = (value) => {
      if (!code || code.value === value) return;
      code.value = value;
      showCode();
      code.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const options = () => [...list.querySelectorAll("[role='option']")];

    const activate = (option) => {
      active?.setAttribute("aria-selected", "false");
      active = option ?? null;
      if (!active) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      active.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    };

    const close = () => {
      clearTimeout(timer);
      request?.abort();
      isStale = wantsFirst = false;
      activate(null);
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
    };

    const open = (html) => {
      activate(null);
      list.innerHTML = html;
      const found = options();
      found.forEach((option, index) => {
        option.id = `${id}-${index + 1}`;
        option.setAttribute("aria-selected", "false");
      });
      if (!found.length) {
        close();
        say("没有找到这个地方，先按文字保存；写全镇名和村名再试", true);
        return;
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      if (wantsFirst) activate(found[0]);
      isStale = wantsFirst = false;
      say(`${found.length} 个可选，按下箭头选`);
    };

    const ask = async () => {
      const text = input.value.trim();
      clearTimeout(timer);
      request?.abort();
      if (!text) {
        close();
        say("");
        return;
      }
      request = new AbortController();
      try {
        const answer = await fetch(input.dataset.choose + encodeURIComponent(text), {
          redirect: "error",
          signal: request.signal,
        });
        if (!answer.ok) throw new Error(answer.status);
        const html = await answer.text();
        if (document.activeElement === input) open(html);
      } catch (error) {
        if (error.name === "AbortError") return;
        close();
        say("现在查不到地名（连接不上或已退出登录），先按文字保存", true);
      }
    };

    const choose = ({ text, code: value, name = text }) => {
      close();
      chosen = name;
      input.value = text;
      setCode(value);
      say("");
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const take = (option) => choose(option.dataset);

    const typed = () => {
      clearTimeout(timer);
      if (chosen && input.value.startsWith(chosen)) {
        close();
        return;
      }
      chosen = "";
      setCode("");
      activate(null);
      isStale = true;
      timer = setTimeout(ask, PAUSE);
    };

    const go = (by) => {
      const all = options();
      const at = active ? all.indexOf(active) + by : by > 0 ? 0 : -1;
      activate(all[(at + all.length) % all.length]);
    };

    const onKey = (event) => {
      if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
      const isOpen = !list.hidden;
      if (event.key === "ArrowDown" && isOpen && !isStale) go(1);
      else if (event.key === "ArrowDown" && !event.altKey) {
        wantsFirst = true;
        ask();
      } else if (event.key === "ArrowUp" && isOpen && !isStale) go(-1);
      else if (event.key === "Escape" && isOpen) close();
      else if (event.key === "Enter" && active && !event.shiftKey) take(active);
      else if (event.key !== "Enter" || !wantsFirst) return; // it waits for what ArrowDown asked for
      event.preventDefault();
    };

    input.addEventListener("input", (event) => event.isComposing || typed());
    input.addEventListener("compositionend", typed);
    input.addEventListener("keydown", onKey);
    input.addEventListener("blur", close);
    input.addEventListener("choose", (event) => choose(event.detail));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role='option']");
      if (option) take(option);
    });
    showCode();
  };

  const prepareAll = (root) => {
    for (const input of root.querySelectorAll("input[data-choose]")) prepare(input);
  };
  prepareAll(document);
  document.addEventListener("htmx:load", ({ target }) => prepareAll(target));
})();
