/* A file field in our words: the browser's own speaks the browser's language. It lies unseen over a box
   with 选择文件 and what was chosen, so that it is found, focused, clicked and dropped on as ever.
   Without this file the browser's own is seen. */
(() => {
  "use strict";

  const KB = 1024, MB = KB * KB;
  const size = (bytes) => {
    if (bytes === 0) return "空文件";
    if (bytes < KB) return `${bytes} 字节`;
    return bytes < MB ? `${Math.round(bytes / KB)} KB` : `${(bytes / MB).toFixed(1)} MB`;
  };
  const words = ([file]) => (file ? `${file.name}（${size(file.size)}）` : "没有选择文件");

  const make = (name, attributes) => Object.assign(document.createElement(name), attributes);

  const dress = (input, place) => {
    const box = make("div", { className: "file" });
    const button = make("span", { className: "btn", textContent: "选择文件", ariaHidden: "true" });
    const said = make("span", { id: `file-said-${place}`, className: "file-said", ariaLive: "polite" });
    const tell = () => { said.textContent = words(input.files); };
    const described = [said.id, input.getAttribute("aria-describedby")].filter(Boolean).join(" ");

    input.setAttribute("aria-describedby", described);
    input.before(box);
    box.append(button, said, input);
    input.addEventListener("change", tell);
    tell();
    return tell;
  };

  const tellers = [];
  const dressAll = (root) => {
    for (const input of root.querySelectorAll("input[type='file']")) {
      if (!input.closest(".file")) tellers.push(dress(input, tellers.length));
    }
  };
  dressAll(document);
  document.addEventListener("htmx:load", ({ target }) => dressAll(target));
  // coming back to the page, some browsers keep the choice
  window.addEventListener("pageshow", () => tellers.forEach((tell) => tell()));
})();
