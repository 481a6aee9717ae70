/* Questions that hang on an earlier answer are shown when it is given. Without this file all are shown, each
   with the words that say when to answer it. Works under script-src 'self'. */
(function () {
  "use strict";

  function answer(form, name) {
    var chosen = form.querySelector("[name='" + name + "']:checked") || form.querySelector("select[name='" + name + "']");
    return chosen ? chosen.value : "";
  }

  function show(form) {
    // In the order of the page: a question whose own condition is not met counts as not answered.
    form.querySelectorAll("[data-shown-if]").forEach(function (control) {
      var box = control.closest("[data-with-secret]") || control.closest(".ds-field[id^='div_'], .ds-fieldset");
      var above = form.querySelector("#div_id_" + control.dataset.shownIf);
      var met = above && !above.hidden && answer(form, control.dataset.shownIf) === control.dataset.shownAnswer;
      if (box) box.hidden = !met;
    });
  }

  var form = document.getElementById("ansokan");
  if (!form) return;
  form.addEventListener("change", function () {
    show(form);
  });
  show(form);
})();
