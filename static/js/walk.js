/* From one decision on the nämnd's list to the next with the arrow keys (templates/decisions/partials/walk.html).

   Only while the focus is in the first pager: an arrow key read anywhere else would be taken from a screen reader,
   a field or a page that is scrolled. Without this file the links are links. */
(function () {
  "use strict";

  var walk = document.querySelector("[data-walk]");
  if (!walk) return;
  var ways = { ArrowLeft: "prev", ArrowRight: "next" };

  walk.addEventListener("keydown", function (event) {
    var way = ways[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var link = walk.querySelector('a[rel="' + way + '"]');
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  var help = walk.querySelector("[data-walk-help]");
  if (help) help.hidden = false;
})();
