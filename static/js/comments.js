/* Words marked in a part of the text are put into the field when one begins to write a comment on it. Without this
   file one copies them. Works under script-src 'self'. */
(function () {
  "use strict";

  var LONGEST = 500;
  var marked = new WeakMap();

  // Pressing a button takes the marking away, so the last one in each part is remembered.
  document.addEventListener("selectionchange", function () {
    var selection = document.getSelection();
    var words = selection ? selection.toString().replace(/\s+/g, " ").trim() : "";
    if (!words || words.length > LONGEST || !selection.anchorNode) return;
    var at = selection.anchorNode.parentElement;
    var part = at && at.closest("[data-quotable-text]");
    if (part && part.contains(selection.focusNode)) marked.set(part.closest(".s3-commented"), words);
  });

  document.querySelectorAll("details[data-comment]").forEach(function (details) {
    details.addEventListener("toggle", function () {
      var part = details.closest(".s3-commented");
      var field = details.querySelector('input[name="quote"]');
      if (!details.open || !field || field.value || !marked.has(part)) return;
      field.value = marked.get(part);
      marked.delete(part);
    });
  });
})();
