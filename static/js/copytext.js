/* A text to paste elsewhere: one button that copies all of it. Without this file one marks it and copies. */
(function () {
  "use strict";

  var box = document.querySelector("[data-copytext]");
  if (!box) return;
  var text = box.querySelector("textarea");
  var said = box.querySelector("[role=status]");
  text.addEventListener("focus", function () { text.select(); });
  if (!navigator.clipboard) return;
  var button = box.querySelector("button");
  button.parentElement.hidden = false;
  button.addEventListener("click", function () {
    navigator.clipboard.writeText(text.value).then(
      function () { said.textContent = "Texten är kopierad."; },
      function () { said.textContent = "Det gick inte att kopiera. Markera texten och kopiera den själv."; }
    );
  });
})();
