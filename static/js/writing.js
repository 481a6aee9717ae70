/* The pages where an application is written: how long a text is. Every page works without this file: the
   limit stands in the help text, and the server tells how much too long a text is. */
(function () {
  "use strict";

  var number = new Intl.NumberFormat("sv-SE");
  var SPEAK_FROM = 0.9; // of what is allowed; before that the numbers are there to see but are not read out
  var PAUSE = 1200; // after the last key, so that nobody is talked to while typing

  // As the server counts: line ends are one sign, and a sign outside the basic plane is one.
  function length(text) {
    return Array.from(text.replace(/\r\n?/g, "\n").trim()).length;
  }
  function words(text) {
    var found = text.trim().match(/\S+/g);
    return found ? found.length : 0;
  }
  function plural(count, one, many) {
    return number.format(count) + " " + (count === 1 ? one : many);
  }

  function lines(field) {
    var found = field.parentElement.querySelector(".s3-count");
    if (found) return { shown: found, spoken: found.nextElementSibling };
    var shown = document.createElement("p");
    shown.className = "s3-count";
    shown.setAttribute("aria-hidden", "true");
    var spoken = document.createElement("p");
    spoken.className = "ds-sr-only";
    spoken.setAttribute("role", "status");
    field.after(shown, spoken);
    return { shown: shown, spoken: spoken };
  }

  var waiting = new WeakMap();
  function count(field, speak) {
    var most = Number(field.dataset.count);
    var now = length(field.value);
    var over = now - most;
    var text =
      over > 0
        ? plural(over, "tecken", "tecken") + " för mycket"
        : number.format(now) + " av " + plural(most, "tecken", "tecken") + ", " + plural(words(field.value), "ord", "ord");
    var line = lines(field);
    line.shown.textContent = text;
    line.shown.toggleAttribute("data-over", over > 0);
    window.clearTimeout(waiting.get(field));
    if (!speak || now < most * SPEAK_FROM) return;
    waiting.set(
      field,
      window.setTimeout(function () {
        line.spoken.textContent = over > 0 ? text : plural(-over, "tecken", "tecken") + " kvar";
      }, PAUSE)
    );
  }

  function start(root) {
    root.querySelectorAll("textarea[data-count]").forEach(function (field) {
      count(field, false);
    });
  }
  document.addEventListener("input", function (event) {
    if (event.target.matches && event.target.matches("textarea[data-count]")) count(event.target, true);
  });
  document.addEventListener("htmx:afterSettle", function () {
    start(document);
  });
  start(document);
})();
