/* A call's page: copying its address and printing it whole. Without this file the buttons stay hidden. */
(function () {
  "use strict";

  var box = document.querySelector("[data-share]");
  if (!box) return;

  function show(button) {
    button.parentElement.hidden = false;
    return button;
  }

  if (navigator.clipboard) {
    show(box.querySelector("[data-copy]")).addEventListener("click", function () {
      var said = box.querySelector("[data-copied]");
      navigator.clipboard.writeText(box.dataset.share).then(
        function () { said.textContent = "Länken är kopierad."; },
        function () { said.textContent = "Det gick inte att kopiera. Länken är " + box.dataset.share; }
      );
    });
  }
  show(box.querySelector("[data-print]")).addEventListener("click", function () { window.print(); });

  // On paper nobody can unfold anything.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.from(document.querySelectorAll("main details:not([open])"));
    unfolded.forEach(function (details) { details.open = true; });
  });
  window.addEventListener("afterprint", function () {
    unfolded.forEach(function (details) { details.open = false; });
  });
})();
