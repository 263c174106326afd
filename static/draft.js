/* Drafts: says whether what was typed is safe. parts/draft.html lets htmx send the form; this file stops
   it when nothing has changed, says so when it failed, and only then warns before the page is left. */
(() => {
  "use strict";

  const keepers = new Map(); // the element of parts/draft.html: { kept, sending, failed }
  let isLeaving = false;

  const formOf = (element) => document.getElementById(element.dataset.draft);
  const content = (element) => {
    const values = new URLSearchParams(new FormData(formOf(element)));
    values.delete("csrfmiddlewaretoken");
    return values.toString();
  };

  const watch = (element) => {
    if (!keepers.has(element)) keepers.set(element, { kept: content(element), sending: "", failed: false });
  };

  const NO_ANSWER = "草稿没有存上，请不要关闭这一页；会自动再存";
  const LOGGED_OUT =
    '已自动退出，草稿没有存上。请<a href="/login/" target="_blank" rel="noopener">在新窗口登录</a>，再回到这一页';

  const fail = (element, words) => {
    keepers.get(element).failed = true;
    element.classList.add("late");
    if (element.innerHTML !== words) element.innerHTML = words;
  };

  // After logging in again in another window the page still holds the old token: fetch the new one.
  const renewToken = async () => {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("[name='csrfmiddlewaretoken']")?.value;
    if (answer.redirected || !token) return;
    for (const field of document.querySelectorAll("[name='csrfmiddlewaretoken']")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const keeper = keepers.get(event.detail.elt);
    if (!keeper) return;
    keeper.sending = content(event.detail.elt);
    if (keeper.sending === keeper.kept || isLeaving) event.preventDefault();
  });

  // A log-in page in place of an answer must neither be shown here nor replace the page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr, pathInfo } = event.detail;
    if (!keepers.has(elt)) return;
    const asked = new URL(pathInfo.finalRequestPath, location.href).pathname;
    const isElsewhere = new URL(xhr.responseURL, location.href).pathname !== asked;
    if (!isElsewhere && !xhr.getResponseHeader("HX-Redirect") && xhr.status !== 401) return;
    event.preventDefault();
    fail(elt, LOGGED_OUT);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful, xhr } = event.detail;
    const keeper = keepers.get(elt);
    if (!keeper || isLeaving) return;
    if (successful) {
      Object.assign(keeper, { kept: keeper.sending, failed: false });
      elt.classList.remove("late");
    } else if (successful === false || xhr.status === 0) {
      fail(elt, NO_ANSWER);
      if (xhr.status === 403) renewToken();
    }
  });

  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) isLeaving = true;
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    const isUnsafe = ([element, keeper]) => keeper.failed && content(element) !== keeper.kept;
    if (isLeaving || ![...keepers].some(isUnsafe)) return;
    event.preventDefault();
    event.returnValue = ""; // Chromium before 119 asks for it
  });

  for (const element of document.querySelectorAll("[data-draft]")) watch(element);
  document.addEventListener("htmx:load", ({ target }) => {
    for (const element of target.querySelectorAll("[data-draft]")) watch(element);
  });
})();
