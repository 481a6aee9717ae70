/* The tables of the budget and the financing: the keyboard moves as in a spreadsheet, and a block copied from one
   fills the cells. Nothing is added up here: the server does that. Works under script-src 'self'. */
(function () {
  "use strict";

  function cell(target) {
    return target.closest ? target.closest("[data-grid] input[data-col]") : null;
  }

  // Arrow up and down, and Enter, go to the same column of the next row that has it.
  document.addEventListener("keydown", function (event) {
    var here = cell(event.target);
    if (!here || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    var down = event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey);
    var up = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey);
    if (!down && !up) return;
    event.preventDefault();
    var column = here.closest("[data-grid]").querySelectorAll('input[data-col="' + here.dataset.col + '"]');
    var next = column[Array.prototype.indexOf.call(column, here) + (down ? 1 : -1)];
    if (!next) return;
    next.focus();
    next.select();
  });

  // One value is pasted as ever. A block goes by the page's own button, so what it means is decided in one place.
  document.addEventListener("paste", function (event) {
    var here = cell(event.target);
    var button = document.getElementById("klistra-in");
    var text = event.clipboardData ? event.clipboardData.getData("text/plain").replace(/(\r?\n)+$/, "") : "";
    if (!here || !button || here.dataset.row === undefined || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    var form = button.form;
    form.elements.klistra.value = text;
    form.elements.klistra_vid.value = here.dataset.row + ":" + here.dataset.col;
    button.click();
  });

  // A letter on its way shows how far it has come. If it does not arrive the file stays chosen in the page.
  function letterBar(event) {
    var button = event.detail.elt;
    return button && button.name === "ladda_upp" ? button.parentElement.querySelector("progress") : null;
  }
  document.addEventListener("htmx:xhr:progress", function (event) {
    var bar = letterBar(event);
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = Math.round((100 * event.detail.loaded) / event.detail.total);
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var bar = letterBar(event);
    if (bar) bar.hidden = true;
  });
})();
