/* Drafts: says whether what was typed is safe. parts/draft.html lets htmx send the form; this file stops
   it when nothing has changed, sends the rest when the page is left, and says so when it failed.

   No answer in the background ever leads the window away. When the session is over the page says so and
   stays; after logging in again in another tab it takes the new token and goes on by itself. */
(() => {
  "use strict";

  const keepers = new Map(); // the element of parts/draft.html: { kept, sending, failed }
  const stale = new Set(); // other parts of a form whose last request was refused: they show what was before
  const PATIENCE = 3000; // ms that leaving waits for the last save
  let isLeaving = false;
  let isGone = false;
  let hasRenewed = false; // the token, since the last answer that was none of a lost session

  const formOf = (element) => document.getElementById(element.dataset.draft);
  const content = (element) => {
    const values = new URLSearchParams(new FormData(formOf(element)));
    values.delete("csrfmiddlewaretoken");
    return values.toString();
  };
  const unsaved = () => [...keepers.keys()].filter((element) => content(element) !== keepers.get(element).kept);

  const watch = (element) => {
    if (keepers.has(element)) return;
    const kept = "unsaved" in element.dataset ? "" : content(element);
    keepers.set(element, { kept, sending: "", failed: false });
  };

  const NO_ANSWER = "草稿没有存上，请不要关闭这一页；会自动再存";
  const LOGGED_OUT = "已退出登录，草稿没有存上";

  // words of ours, such as that another window has switched to another post; a page is none
  const told = (xhr) => (xhr.status === 409 && xhr.getResponseHeader("content-type")?.startsWith("text/plain") ? xhr.responseText : NO_ANSWER);

  // A part that was not answered is asked for again when one comes back, and says until then why it is old.
  const note = (element, successful, xhr) => {
    if (successful) stale.delete(element);
    else if (successful === false && element.closest("form")) {
      stale.add(element);
      if (told(xhr) === NO_ANSWER) return;
      element.querySelector("[data-stale]")?.remove();
      const words = document.createElement("p");
      Object.assign(words, { className: "late panel-body", textContent: told(xhr) });
      words.dataset.stale = "";
      words.setAttribute("role", "status");
      element.prepend(words);
    }
  };

  const fail = (element, words) => {
    keepers.get(element).failed = true;
    element.classList.add("late");
    if (element.textContent !== words) element.textContent = words;
  };

  const notice = () => document.querySelector("[data-logged-out]");
  const tellLoggedOut = (isOut) => {
    if (notice()) notice().hidden = !isOut;
  };

  // The page still holds the token of the session before: fetch the new one, then check and save.
  const goOn = async () => {
    if (hasRenewed || !notice()) return;
    hasRenewed = true;
    const answer = await fetch(notice().dataset.loggedOut).catch(() => null);
    hasRenewed = Boolean(answer?.ok) && !answer.redirected;
    if (!hasRenewed) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("[name='csrfmiddlewaretoken']")?.value;
    if (!token) return;
    for (const field of document.querySelectorAll("[name='csrfmiddlewaretoken']")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
    tellLoggedOut(false);
    askAgain([...[...keepers.keys()].map(formOf), ...formsOf(stale)]);
  };

  const formsOf = (elements) => [...elements].map((element) => element.closest("form"));
  const askAgain = (forms) => {
    for (const form of new Set(forms)) form?.dispatchEvent(new Event("input", { bubbles: true }));
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
    const asked = new URL(pathInfo.finalRequestPath, location.href).pathname;
    const isElsewhere = new URL(xhr.responseURL, location.href).pathname !== asked;
    if (!isElsewhere && xhr.status !== 401) return;
    event.preventDefault();
    hasRenewed = false;
    tellLoggedOut(true);
    if (keepers.has(elt)) fail(elt, LOGGED_OUT);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful, xhr } = event.detail;
    if (xhr.status === 403) goOn();
    if (successful) {
      hasRenewed = false;
      tellLoggedOut(false);
    }
    const keeper = keepers.get(elt);
    if (!keeper) note(elt, successful, xhr);
    if (!keeper || isLeaving) return;
    if (successful) {
      Object.assign(keeper, { kept: keeper.sending, failed: false });
      elt.classList.remove("late");
    } else if (successful === false || xhr.status === 0) {
      fail(elt, told(xhr));
    }
  });

  /* ---- leaving: what was typed last goes along ---- */
  const send = (element) => {
    const body = new URLSearchParams(new FormData(formOf(element)));
    const headers = { "HX-Request": "true" };
    const signal = AbortSignal.timeout(PATIENCE);
    return fetch(element.getAttribute("hx-post"), { method: "POST", body, headers, signal, keepalive: true });
  };

  // Out of the log-out button, another post, the search: none of them may be faster than the save.
  const saveFirst = async (elements, form, submitter) => {
    const answers = await Promise.all(elements.map((element) => send(element).catch(() => null)));
    const lost = elements.filter((_, index) => !answers[index]?.ok);
    if (!lost.length) {
      form.requestSubmit(submitter);
      return;
    }
    isLeaving = false;
    const isOut = answers.some((answer) => answer?.status === 401);
    tellLoggedOut(isOut);
    for (const element of lost) fail(element, isOut ? LOGGED_OUT : NO_ANSWER);
  };

  document.addEventListener("submit", (event) => {
    const { target, submitter } = event;
    if (event.defaultPrevented) return;
    const isOwn = [...keepers.keys()].some((element) => formOf(element) === target) || "discards" in target.dataset;
    const first = isLeaving || isOwn ? [] : unsaved().filter((element) => !keepers.get(element).failed);
    isLeaving = true;
    if (!first.length) return;
    event.preventDefault();
    saveFirst(first, target, submitter);
  });

  window.addEventListener("pagehide", () => {
    isGone = true;
    if (!isLeaving) unsaved().forEach((element) => send(element).catch(() => {}));
  });
  document.addEventListener("visibilitychange", () => {
    if (isGone) return;
    if (document.hidden) for (const element of keepers.keys()) element.dispatchEvent(new Event("save"));
    else comeBack();
  });
  const comeBack = () => {
    if (notice() && !notice().hidden) goOn();
    else askAgain(formsOf(stale));
  };
  window.addEventListener("focus", comeBack);
  window.addEventListener("pageshow", () => {
    isLeaving = isGone = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isLeaving || !unsaved().some((element) => keepers.get(element).failed)) return;
    event.preventDefault();
    event.returnValue = ""; // Chromium before 119 asks for it
  });

  for (const element of document.querySelectorAll("[data-draft]")) watch(element);
  document.addEventListener("htmx:load", ({ target }) => {
    for (const element of target.querySelectorAll("[data-draft]")) watch(element);
  });
})();
