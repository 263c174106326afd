/* A file field in our words: the browser's own speaks the browser's language. A button opens the choice,
   beside it stands which file was chosen; a file may also be dropped. Without this file the browser's own. */
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
    const label = input.getAttribute("aria-label") ?? input.labels[0]?.textContent ?? "";
    const box = make("div", { className: "file" });
    const said = make("span", { id: `file-said-${place}`, className: "file-said" });
    const button = make("button", { type: "button", className: "btn", textContent: "选择文件" });
    const tell = () => { said.textContent = words(input.files); };

    said.setAttribute("aria-live", "polite");
    button.setAttribute("aria-label", `选择文件：${label}`);
    button.setAttribute("aria-describedby", `${said.id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
    // label and whatever else leads to the field now leads to the button
    button.id = input.id;
    input.removeAttribute("id");
    input.before(box);
    box.append(button, said, input);
    input.hidden = true;
    input.addEventListener("change", tell);
    button.addEventListener("click", () => input.click());
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      const { files } = event.dataTransfer;
      if (files.length !== 1) {
        said.textContent = "一次只放一个文件";
        return;
      }
      input.files = files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    tell();
    return tell;
  };

  const tellers = [];
  const dressAll = (root) => {
    for (const input of root.querySelectorAll("input[type='file']:not([hidden])")) {
      tellers.push(dress(input, tellers.length));
    }
  };
  dressAll(document);
  document.addEventListener("htmx:load", ({ target }) => dressAll(target));
  // coming back to the page, some browsers keep the choice
  window.addEventListener("pageshow", () => tellers.forEach((tell) => tell()));
})();
