/* A form that came back: the first field on the page that says what is wrong with it gets the focus,
   in the middle of the window, below no bar. Without this file autofocus or the head of the page. */
(() => {
  "use strict";

  const isVisible = (element) => element.getClientRects().length > 0;
  const said = [...document.querySelectorAll("main [id$='_error'] .error")].find(isVisible);
  if (!said) return;
  const field = document.getElementById(said.closest("[id$='_error']").id.slice(0, -"_error".length));
  field?.focus({ preventScroll: true });
  (field ?? said).scrollIntoView({ block: "center" });
})();
